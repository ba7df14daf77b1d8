#pragma once

#include <algorithm>
#include <cstdint>

#include "loadstar/answer/responder.hpp"

namespace loadstar::answer {

inline constexpr std::size_t kSmallestUdpLimit = 512;  // RFC 1035 4.2.1, RFC 6891 6.2.5
inline constexpr std::size_t kMaxTcpAnswer = 65'535;

/// The largest answer over TCP or TLS, as the buffer has it.
[[nodiscard]] inline std::size_t stream_limit(const Exchange& exchange) noexcept {
  return std::min(kMaxTcpAnswer, exchange.buffer.size());
}

/// The largest answer over UDP to a client that takes `payload` bytes, of which we send `most`.
[[nodiscard]] inline std::size_t datagram_limit(std::size_t payload, std::size_t most) noexcept {
  return std::clamp(payload, kSmallestUdpLimit, most);
}

}  // namespace loadstar::answer
