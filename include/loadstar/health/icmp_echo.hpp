#pragma once
// Echo requests and replies as bytes: RFC 792 (ICMP) and RFC 4443 4 (ICMPv6), whose header is the
// same: type, code, checksum, identifier, sequence number. Knows no socket.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "loadstar/base/address.hpp"

namespace loadstar::health {

/// What makes a reply the one to a request.
struct Echo {
  std::uint16_t identifier = 0;
  std::uint16_t sequence = 0;
  std::uint64_t nonce = 0;  ///< the data: nobody who has not seen the request knows it

  friend bool operator==(const Echo&, const Echo&) = default;
};

/// Bytes of a message: header and nonce.
inline constexpr std::size_t kEchoSize = 16;

/// The request's bytes. The checksum of ICMPv6 is left to the kernel, which knows the addresses
/// that are part of it.
[[nodiscard]] std::array<std::uint8_t, kEchoSize> render_echo_request(base::Family family,
                                                                      const Echo& echo) noexcept;

/// Reads a message that may be a reply to a request of ours; nullopt when it is anything else.
[[nodiscard]] std::optional<Echo> read_echo_reply(base::Family family,
                                                  std::span<const std::uint8_t> message) noexcept;

/// Reads what an ICMP error quotes of the message that caused it. The nonce may be cut off and is
/// not read; nullopt when it was no echo request.
[[nodiscard]] std::optional<Echo> read_quoted_request(
    base::Family family, std::span<const std::uint8_t> message) noexcept;

/// Without the IPv4 header (RFC 791 3.1) that raw sockets give; empty when it is not whole.
[[nodiscard]] std::span<const std::uint8_t> without_ipv4_header(
    std::span<const std::uint8_t> packet) noexcept;

}  // namespace loadstar::health
