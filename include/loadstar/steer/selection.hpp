#pragma once

#include <cstdint>
#include <span>

#include "loadstar/steer/pool_view.hpp"

namespace loadstar::steer {

enum class Outcome : std::uint8_t { Pool, NoData, ServFail, Refused };

/// What a policy says for one client at one moment.
struct Selection {
  Outcome outcome = Outcome::NoData;
  PickFrom from = PickFrom::Live;
  std::uint32_t pool = 0;       ///< index into the live pools, for Outcome::Pool
  std::uint8_t scope_bits = 0;  ///< ECS scope: does not depend on health
  std::uint8_t hash_bits = 0;   ///< of the client's subnet, for pools that balance by ip-hash

  friend bool operator==(const Selection&, const Selection&) = default;
};

/// The views of all pools of a snapshot, by pool index.
using LivePools = std::span<const PoolView* const>;

}  // namespace loadstar::steer
