#pragma once

#include <algorithm>
#include <cstdint>

#include "loadstar/base/address.hpp"
#include "loadstar/select/hash.hpp"
#include "loadstar/steer/client.hpp"

namespace loadstar::steer {

/// The address that a client counts by: the IPv4 address within, when it carries one (zone format,
/// section 4, step 1).
struct Subnet {
  base::Address address;
  std::uint8_t bits_before = 0;  ///< of the client's own address, before this one starts
  std::uint8_t known_bits = 0;   ///< of this one
};

[[nodiscard]] inline Subnet subnet_of(const Client& client) noexcept {
  const auto inner = base::embedded_v4(client.address);
  if (!inner) return {client.address, 0, client.source_bits};
  const int known = std::clamp(client.source_bits - inner->bits_before, 0, 32);
  return {inner->address, inner->bits_before, static_cast<std::uint8_t>(known)};
}

/// What sticky and ip-hash hash: the subnet's first `hash_bits`, as far as they are known.
[[nodiscard]] inline std::uint64_t subnet_key(const Subnet& subnet,
                                              std::uint8_t hash_bits) noexcept {
  const unsigned bits = std::min(hash_bits, subnet.known_bits);
  return select::hash(subnet.address.masked(bits).bytes());
}

[[nodiscard]] inline std::uint64_t subnet_key(const Client& client,
                                              std::uint8_t hash_bits) noexcept {
  return subnet_key(subnet_of(client), hash_bits);
}

}  // namespace loadstar::steer
