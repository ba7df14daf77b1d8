#pragma once

#include <vector>

#include "loadstar/answer/state.hpp"
#include "loadstar/app/edition.hpp"
#include "loadstar/base/duration.hpp"
#include "loadstar/control/status.hpp"
#include "loadstar/health/board.hpp"

namespace loadstar::app {

/// The same moment on both clocks, so that times of one can be told in the other.
struct Now {
  base::TimePoint steady = base::Clock::now();
  control::SystemTime system = std::chrono::system_clock::now();
};

[[nodiscard]] std::vector<control::ZoneStatus> zone_statuses(const Edition& edition);
[[nodiscard]] std::vector<control::DatabaseStatus> database_statuses(const Edition& edition);
/// `state` may be null: nothing is served yet.
[[nodiscard]] std::vector<control::PoolStatus> pool_statuses(const answer::State* state,
                                                             const health::Board& health,
                                                             const Now& now);

}  // namespace loadstar::app
