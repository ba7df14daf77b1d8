#pragma once
// Flap damping: who changes too often is held down, each time for longer. Pure, as rise and fall.
//
//   the change to Up that would be the `changes`-th within `within` ─► held down for `hold`,
//   2 x `hold`, 4 x `hold`, … up to `max_hold`; the count starts again after `within` without one

#include <chrono>
#include <cstdint>
#include <vector>

#include "loadstar/base/duration.hpp"
#include "loadstar/select/rise_fall.hpp"

namespace loadstar::select {

struct FlapLimits {
  std::uint16_t changes = 4;  ///< of the verdict, 2 to kMostFlapChanges; 0: nobody is held
  base::Duration within = std::chrono::minutes(10);
  base::Duration hold = std::chrono::minutes(1);
  base::Duration max_hold = std::chrono::hours(1);

  friend bool operator==(const FlapLimits&, const FlapLimits&) = default;
};
inline constexpr std::uint16_t kMostFlapChanges = 100;

/// What is remembered of one target's changes.
struct FlapState {
  std::vector<base::TimePoint> changes;  ///< those that may still count, the oldest first
  base::TimePoint held_until{};          ///< it stays down until then
  std::uint16_t holds = 0;               ///< in a row

  friend bool operator==(const FlapState&, const FlapState&) = default;
};

/// What a target is remembered by between probes, with damping.
struct DampedState {
  RiseFallState rise_fall;
  FlapState flap;

  [[nodiscard]] bool is_held(base::TimePoint now) const noexcept { return now < flap.held_until; }
};

/// The state after one more result at `now`. While it is held down, successes in a row are counted
/// on, so that the first one after the hold lifts it.
[[nodiscard]] DampedState step(DampedState before, ProbeResult result, RiseFallLimits limits,
                               const FlapLimits& flap, base::TimePoint now);

}  // namespace loadstar::select
