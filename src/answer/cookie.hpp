#pragma once
// DNS cookies in the form that all servers of an anycast address can share (RFC 9018 4): proof that
// a client receives what is sent to its address.

#include <array>
#include <cstdint>
#include <span>

#include "loadstar/base/address.hpp"
#include "loadstar/base/siphash.hpp"

namespace loadstar::answer {

/// Client part and server part, as they stand in the option of an answer.
using Cookie = std::array<std::uint8_t, 24>;

struct CookieCheck {
  bool valid;    ///< the client has had this server cookie from us, within the last hour
  Cookie reply;  ///< the same, or a new one when it is half an hour old or not valid
};

/// Checks `cookie` (8 bytes, or 16 to 40) against the secrets: the first makes new ones, all are
/// accepted. `secrets` is not empty. `now` is in Unix seconds.
[[nodiscard]] CookieCheck check_cookie(std::span<const base::SipKey> secrets,
                                       std::span<const std::uint8_t> cookie,
                                       const base::Address& client, std::uint32_t now) noexcept;

}  // namespace loadstar::answer
