#include "loadstar/select/flap.hpp"

#include <algorithm>
#include <limits>

namespace loadstar::select {
namespace {

/// hold, 2 x hold, 4 x hold, …
base::Duration hold_of(const FlapLimits& limits, std::uint16_t holds_before) {
  base::Duration hold = limits.hold;
  for (int i = 0; i < holds_before && hold < limits.max_hold; ++i) hold *= 2;
  return std::min(hold, limits.max_hold);
}

/// One more success of a target that must stay down.
RiseFallState kept_down(RiseFallState state) {
  const int streak = state.streak + 1;
  constexpr int kMost = std::numeric_limits<std::uint16_t>::max();
  return {Verdict::Down, static_cast<std::uint16_t>(std::min(streak, kMost))};
}

void forget_old(FlapState& flap, const FlapLimits& limits, base::TimePoint now) {
  std::erase_if(flap.changes,
                [&](base::TimePoint change) { return change + limits.within <= now; });
  if (flap.changes.empty() && now >= flap.held_until + limits.within) flap.holds = 0;
}

}  // namespace

DampedState step(DampedState before, ProbeResult result, RiseFallLimits limits,
                 const FlapLimits& flap, base::TimePoint now) {
  DampedState after = std::move(before);
  const RiseFallState next = step(after.rise_fall, result, limits);
  const Verdict verdict = after.rise_fall.verdict;
  if (flap.changes == 0) return {next, {}};
  forget_old(after.flap, flap, now);
  const bool comes_back = verdict == Verdict::Down && next.verdict == Verdict::Up;
  if (comes_back && after.flap.held_until == base::TimePoint{} &&
      after.flap.changes.size() + 1 >= flap.changes) {
    after.flap.held_until = now + hold_of(flap, after.flap.holds);
    after.flap.holds = static_cast<std::uint16_t>(std::min(after.flap.holds + 1, 100));
  }
  if (comes_back && after.is_held(now)) {
    after.rise_fall = kept_down(after.rise_fall);
    return after;
  }
  if (next.verdict != verdict) {
    after.flap.held_until = {};
    if (verdict != Verdict::Unknown) after.flap.changes.push_back(now);
    if (after.flap.changes.size() > flap.changes)
      after.flap.changes.erase(after.flap.changes.begin());  // more do not count
  }
  after.rise_fall = next;
  return after;
}

}  // namespace loadstar::select
