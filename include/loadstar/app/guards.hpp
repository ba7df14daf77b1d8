#pragma once
// Guards: what health may take away at most. Pure; an operator's word is not health's, so what is
// withdrawn stays away, and counts for nothing here.

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "loadstar/base/duration.hpp"
#include "loadstar/model/pool.hpp"
#include "loadstar/steer/endpoint_state.hpp"

namespace loadstar::app {

/// What the guards of a pool make of its endpoints.
struct Guarded {
  std::vector<steer::EndpointState> states;
  std::vector<std::string> acting;  ///< the guards that keep something, in words
  /// Until one of them lets go by time alone; nothing when none does.
  std::optional<base::Duration> changes_after;
};

/// `fell` is parallel to the pool's endpoints: when its monitor took one down that was up; nothing
/// for the others.
[[nodiscard]] Guarded guard(const model::Pool& pool, std::vector<steer::EndpointState> states,
                            std::span<const std::optional<base::TimePoint>> fell,
                            base::TimePoint now);

/// Everything counts as up that nobody has withdrawn.
void keep_up(std::vector<steer::EndpointState>& states, std::string_view guard);

/// One pool of a policy whose regions are guarded.
struct RegionPool {
  std::size_t pool = 0;  ///< as the caller counts them
  std::string region;    ///< "": in none, which counts for nothing
  bool is_usable = true;
  bool is_withdrawn = false;     ///< operators took it away; it cannot be kept
  base::TimePoint fell_since{};  ///< when its last endpoint went down
};

/// How many regions have a usable pool.
[[nodiscard]] std::uint32_t regions_up(std::span<const RegionPool> pools);
/// The pools to keep up, so that `least` regions are: those of the regions that went down last.
[[nodiscard]] std::set<std::size_t> kept_pools(std::span<const RegionPool> pools,
                                               std::uint32_t least);

}  // namespace loadstar::app
