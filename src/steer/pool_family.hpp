#pragma once
// What one address family of a pool comes to: who has it, who is up, and whether that is enough.

#include <cstdint>
#include <span>
#include <vector>

#include "loadstar/base/address.hpp"
#include "loadstar/model/pool.hpp"
#include "loadstar/steer/endpoint_state.hpp"

namespace loadstar::steer {

/// Whether the endpoint is answered for the family. A cname counts as IPv4, so that a pool of them
/// has one family.
[[nodiscard]] bool has_family(const model::Endpoint& endpoint, base::Family family) noexcept;

[[nodiscard]] inline Liveness liveness(const EndpointState& state, base::Family family) noexcept {
  return family == base::Family::V4 ? state.v4 : state.v6;
}

/// How many endpoints have the family, how many of them are up, and how many must be.
struct FamilyCount {
  std::uint32_t present = 0;
  std::uint32_t up = 0;
  std::uint32_t needed = 0;

  /// A family that nobody has takes no pool down.
  [[nodiscard]] bool enough() const noexcept { return present == 0 || up >= needed; }
};

[[nodiscard]] FamilyCount count_family(const model::Pool& pool,
                                       std::span<const EndpointState> states,
                                       base::Family family) noexcept;

/// Indices of the endpoints that share live clients: those up, without the ones of weight 0 while
/// there are others.
[[nodiscard]] std::vector<std::uint16_t> live_members(const model::Pool& pool,
                                                      std::span<const EndpointState> states,
                                                      base::Family family);

/// The same as if all were up: without the withdrawn ones, unless nothing else is left.
[[nodiscard]] std::vector<std::uint16_t> as_if_up_members(const model::Pool& pool,
                                                          std::span<const EndpointState> states,
                                                          base::Family family);

}  // namespace loadstar::steer
