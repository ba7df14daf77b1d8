#pragma once
// EDNS(0) (RFC 6891): the OPT record of a query and its options. Client subnet (RFC 7871) is in
// ecs.hpp.

#include <cstdint>
#include <span>

#include "loadstar/wire/ecs.hpp"

namespace loadstar::wire {

namespace option {
inline constexpr std::uint16_t kNsid = 3, kEcs = 8, kCookie = 10, kKeepalive = 11, kPadding = 12,
                               kEde = 15;
}

inline constexpr std::size_t kOptHeaderSize =
    11;  ///< root owner, type, size, extended RCODE and flags, length
inline constexpr std::size_t kOptionHeaderSize = 4;  ///< code and length (RFC 6891 6.1.2)
inline constexpr std::uint16_t kDnssecOk = 0x8000;

/// What a query's OPT says.
struct Edns {
  bool present = false;
  bool nsid_requested = false;
  bool ecs_present = false;
  std::uint8_t version = 0;
  std::uint16_t flags = 0;         ///< DO is the top bit
  std::uint16_t payload_size = 0;  ///< as sent; below 512 counts as 512 (RFC 6891 6.2.5)
  ClientSubnet subnet;             ///< when ecs_present
};

/// Reads the options of an OPT record's RDATA into `edns`. False: an option overruns the RDATA, or
/// the client subnet is malformed (RFC 7871 7.1.2: FORMERR). Unknown options are passed over; of
/// several client subnets the first counts.
[[nodiscard]] bool read_options(std::span<const std::uint8_t> rdata, Edns& edns) noexcept;

}  // namespace loadstar::wire
