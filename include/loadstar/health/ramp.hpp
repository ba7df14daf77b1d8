#pragma once

#include <cstdint>

#include "loadstar/base/duration.hpp"
#include "loadstar/health/consensus.hpp"

namespace loadstar::health {

/// Steps of ramps and of drains over a time come no faster: each makes a new State.
inline constexpr base::Duration kLeastStep = std::chrono::seconds(1);

/// How much of its clients a target that is up again takes.
struct Ramp {
  std::uint8_t percent = 100;
  base::Duration next_step{};  ///< from now until there are more; meant below 100 only
};

/// It is 1 at once and grows with the time since the verdict. The first verdict of all is no
/// recovery: nobody has left.
[[nodiscard]] Ramp ramp(const Agreed& agreed, base::Duration length, base::TimePoint now) noexcept;

}  // namespace loadstar::health
