#include "loadstar/select/rise_fall.hpp"

#include <algorithm>

namespace loadstar::select {
namespace {

constexpr Verdict verdict_of(ProbeResult result) noexcept {
  return result == ProbeResult::Success ? Verdict::Up : Verdict::Down;
}

}  // namespace

std::uint16_t probes_to_change(RiseFallState state, RiseFallLimits limits) noexcept {
  if (state.verdict == Verdict::Unknown) return 1;
  const int limit = state.verdict == Verdict::Up ? limits.fall : limits.rise;
  return static_cast<std::uint16_t>(std::max(1, limit - state.streak));
}

RiseFallState step(RiseFallState before, ProbeResult result, RiseFallLimits limits) noexcept {
  const Verdict said = verdict_of(result);
  if (said == before.verdict) return {before.verdict, 0};
  if (probes_to_change(before, limits) == 1) return {said, 0};
  return {before.verdict, static_cast<std::uint16_t>(before.streak + 1)};
}

}  // namespace loadstar::select
