#pragma once
// Rise and fall: how single probe results become a verdict. Pure: a state and a result in, the next
// state out.
//
//             `fall` failures in a row
//        Up ───────────────────────────► Down
//           ◄───────────────────────────
//             `rise` successes in a row
//
// Without a verdict yet the first result decides alone, so that a target is known after one probe.

#include <cstdint>

namespace loadstar::select {

enum class ProbeResult : std::uint8_t { Success, Failure };
enum class Verdict : std::uint8_t { Unknown, Up, Down };

/// How many results in a row against the verdict change it; 0 counts as 1.
struct RiseFallLimits {
  std::uint16_t fall = 3;
  std::uint16_t rise = 2;
};

/// What is remembered of one target between probes.
struct RiseFallState {
  Verdict verdict = Verdict::Unknown;
  std::uint16_t streak = 0;  ///< results in a row that speak against the verdict

  friend bool operator==(const RiseFallState&, const RiseFallState&) = default;
};

/// The state after one more result. The verdict has changed when `after.verdict != before.verdict`.
[[nodiscard]] RiseFallState step(RiseFallState before, ProbeResult result,
                                 RiseFallLimits limits) noexcept;

/// Results that are still needed for the earliest possible change of the verdict; at least 1. The
/// limits may be other ones than those the streak was counted under.
[[nodiscard]] std::uint16_t probes_to_change(RiseFallState state, RiseFallLimits limits) noexcept;

}  // namespace loadstar::select
