#pragma once

#include <cstdint>
#include <vector>

#include "loadstar/model/policy.hpp"
#include "loadstar/select/rendezvous.hpp"
#include "loadstar/steer/selection.hpp"

namespace loadstar::steer {

/// How the leading pools of a plan share clients, as far as they are usable.
enum class Sharing : std::uint8_t { First, Weighted, RoundRobin, Sticky };

struct PlanPool {
  std::uint32_t pool = 0;  ///< index into the live pools
  std::uint32_t weight = 1;
  select::RendezvousMember hashed{0, 1};  ///< by the pool's full name, for Sharing::Sticky
};

/// What one class of clients gets: the pools in the order in which they are tried, and what happens
/// when none is usable. Does not depend on health.
struct Plan {
  static constexpr std::uint32_t kNone = 0xffff'ffff;

  /// The pool that all of the class get while it is usable; kNone when that is not all there is to
  /// ask: pools share the clients, a hash of the client decides, or no rule matches.
  std::uint32_t first_choice = kNone;
  Sharing sharing = Sharing::First;
  std::uint32_t leading = 1;    ///< so many pools at the front share; the rest is tried in order
  std::vector<PlanPool> pools;  ///< empty: no rule matches
  model::OnAllDown::Kind on_all_down = model::OnAllDown::Kind::All;  ///< fence and defaults applied
  std::uint32_t fallback_pool = 0;                                   ///< for OnAllDown::Kind::Pool
  Outcome no_match = Outcome::NoData;                                ///< when no rule matches
  /// The answer can depend on a hash of the client's subnet of so many bits, whatever the health
  /// is, so the scope is never shorter.
  bool hashes = false;
  std::uint8_t hash_bits_v4 = 24;
  std::uint8_t hash_bits_v6 = 48;
};

}  // namespace loadstar::steer
