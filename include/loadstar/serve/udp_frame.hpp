#pragma once
// Queries and answers as they lie in Ethernet frames: what the kernel does for a UDP socket, for
// the frames that it hands over as they came (AF_XDP).

#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>

#include "loadstar/base/address.hpp"

namespace loadstar::serve {

/// Headers before a datagram: Ethernet, IPv4 without options or IPv6 without extensions, UDP.
inline constexpr std::size_t kUdpFrameHeaders4 = 14 + 20 + 8;
inline constexpr std::size_t kUdpFrameHeaders6 = 14 + 40 + 8;

/// Where the datagram of a frame lies, and who sent it.
struct UdpFrame {
  std::uint16_t payload_at = 0;  ///< kUdpFrameHeaders4 or kUdpFrameHeaders6
  std::uint16_t payload_size = 0;
  base::Address client;
};

enum class UdpFrameError : std::uint8_t {
  Malformed,  ///< not a frame of such headers, or shorter than they say
  Checksum,   ///< the UDP checksum is not right
};

/// Reads the frame of a datagram that is whole: of other fragments nothing is asked. The header of
/// IPv4 is taken to be as it was sent.
[[nodiscard]] std::expected<UdpFrame, UdpFrameError> read_udp_frame(
    std::span<const std::uint8_t> frame) noexcept;

/// Writes the headers of the answer over those of the query that read_udp_frame() has read at
/// `frame`, when the answer of `size` bytes lies at the query's place. The answer goes back the way
/// that the query came, with all that changes between two neighbors swapped. `id` tells the IPv4
/// packets apart that routers may cut (RFC 791 3.2); strangers must not be able to predict it.
/// Returns the bytes of the frame.
std::size_t write_udp_answer(std::uint8_t* frame, const UdpFrame& query, std::size_t size,
                             std::uint16_t id) noexcept;

}  // namespace loadstar::serve
