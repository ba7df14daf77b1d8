#pragma once

#include <cstdint>
#include <string_view>

#include "loadstar/wire/edns.hpp"

namespace loadstar::answer {

/// Bytes of the OPT record that answers `edns`; 0 when the query had none.
[[nodiscard]] std::size_t opt_size(const wire::Edns& edns, std::string_view identity) noexcept;

/// Writes it (RFC 6891 6.1.3): our payload size, the upper bits of the RCODE, version 0, DO as
/// asked, the client subnet with its scope, NSID when asked for and told. Returns the bytes
/// written, opt_size() of them.
std::size_t write_opt(const wire::Edns& edns, std::string_view identity, std::uint16_t rcode,
                      std::uint8_t scope_bits, std::uint8_t* out) noexcept;

}  // namespace loadstar::answer
