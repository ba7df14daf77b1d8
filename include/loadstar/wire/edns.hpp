#pragma once
// EDNS(0) (RFC 6891): the OPT record of a query and its options. Client subnet (RFC 7871) is in
// ecs.hpp.

#include <cstdint>
#include <span>

#include "loadstar/wire/ecs.hpp"

namespace loadstar::wire {

namespace option {
inline constexpr std::uint16_t kNsid = 3, kEcs = 8, kCookie = 10, kKeepalive = 11, kPadding = 12,
                               kEde = 15, kZoneVersion = 19;
}

inline constexpr std::size_t kOptHeaderSize =
    11;  ///< root owner, type, size, extended RCODE and flags, length
inline constexpr std::size_t kOptionHeaderSize = 4;  ///< code and length (RFC 6891 6.1.2)
inline constexpr std::uint16_t kDnssecOk = 0x8000;

/// The options that a query can ask with, as bits.
enum class Ask : std::uint8_t {
  Nsid = 1,          ///< RFC 5001
  ClientSubnet = 2,  ///< RFC 7871
  Cookie = 4,        ///< RFC 7873
  Keepalive = 8,     ///< RFC 7828
  Padding = 16,      ///< RFC 7830
  ZoneVersion = 32,  ///< RFC 9660
};

/// What a query's OPT says.
struct Edns {
  bool present = false;
  std::uint8_t version = 0;
  std::uint8_t asked = 0;          ///< of Ask
  std::uint16_t flags = 0;         ///< DO is the top bit
  std::uint16_t payload_size = 0;  ///< as sent; below 512 counts as 512 (RFC 6891 6.2.5)
  ClientSubnet subnet;             ///< with Ask::ClientSubnet
  /// With Ask::Cookie: 8 bytes of the client, then 0 or 8 to 32 of a server. In the message.
  std::span<const std::uint8_t> cookie;

  [[nodiscard]] bool asks(Ask what) const noexcept {
    return (asked & static_cast<std::uint8_t>(what)) != 0;
  }
  void ask(Ask what) noexcept { asked |= static_cast<std::uint8_t>(what); }
  void ignore(Ask what) noexcept {
    asked &= static_cast<std::uint8_t>(~static_cast<unsigned>(what));
  }
};

/// Reads the options of an OPT record's RDATA into `edns`. False, which is FORMERR: an option
/// overruns the RDATA, a client subnet or a cookie is malformed (RFC 7871 7.1.2, RFC 7873 5.2.2), a
/// ZONEVERSION is not empty (RFC 9660 3.1). Unknown options are passed over; of several client
/// subnets or cookies the first counts.
[[nodiscard]] bool read_options(std::span<const std::uint8_t> rdata, Edns& edns) noexcept;

}  // namespace loadstar::wire
