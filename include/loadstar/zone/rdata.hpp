#pragma once

#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "loadstar/wire/name.hpp"

namespace loadstar::zone {

/// RDATA of any type that ldns knows, and of any other in RFC 3597 form (\# LENGTH HEX), as
/// uncompressed wire bytes. Relative names are below `origin`. The error is a phrase: `"10
/// mail..com" is not MX data: …; for example "10 mail.example.com."`.
[[nodiscard]] std::expected<std::vector<std::uint8_t>, std::string> parse_rdata(
    std::uint16_t type, std::string_view text, const wire::Name& origin);

/// What is wrong with RDATA of a type whose names or lengths answers rely on, and of SVCB and HTTPS
/// (RFC 9460 2.2, 2.4.2, 8), as the end of a sentence such as "the MX record has not the form of
/// its type"; empty when nothing is. Other types are opaque.
[[nodiscard]] std::string rdata_fault(std::uint16_t type, std::span<const std::uint8_t> rdata);

/// The host names within RDATA that additional data is looked up for (RFC 1035 3.3, RFC 2782, RFC
/// 9460 4.1): NS, MX, SRV, SVCB and HTTPS; empty for other types and for the root ("no service
/// here").
[[nodiscard]] std::span<const std::uint8_t> target_name(
    std::uint16_t type, std::span<const std::uint8_t> rdata) noexcept;

/// How many bytes stand before the first name that may be compressed, and how many such names
/// follow each other; {0, 0} for types without (RFC 3597 4: only the types of RFC 1035).
struct CompressibleNames {
  std::uint8_t skip = 0;
  std::uint8_t names = 0;
};
[[nodiscard]] CompressibleNames compressible_names(std::uint16_t type) noexcept;

}  // namespace loadstar::zone
