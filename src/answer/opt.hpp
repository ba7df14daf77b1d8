#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string_view>

#include "loadstar/wire/edns.hpp"
#include "loadstar/zone/catalog.hpp"

#include "cookie.hpp"
#include "draft.hpp"

namespace loadstar::answer {

/// What the options of an answer tell, each only when the query asked for it and as far as it is
/// known before the answer is composed.
struct OptOptions {
  std::string_view identity{};             ///< NSID; "" = not told
  const Cookie* cookie = nullptr;          ///< null: none
  std::chrono::milliseconds keepalive{0};  ///< how long an idle connection stays; 0 = not told
  std::size_t padding = 0;                 ///< to a multiple of so many bytes; 0 = none
  const zone::ZoneInfo* zone = nullptr;    ///< whose version is told; null: none
  bool explains = false;                   ///< extended errors may be told (RFC 8914)
};

/// The most bytes that the OPT record can take, padding left out; 0 when the query had none.
[[nodiscard]] std::size_t opt_room(const wire::Edns& edns, const OptOptions& options) noexcept;

/// Writes it (RFC 6891 6.1.3) behind the first `size` bytes of `message`, which has room for it:
/// our payload size, the upper bits of the RCODE, version 0, DO as asked, and the options. Returns
/// the size of the message with it.
std::size_t write_opt(const wire::Edns& edns, const OptOptions& options, const Draft& draft,
                      std::span<std::uint8_t> message, std::size_t size) noexcept;

}  // namespace loadstar::answer
