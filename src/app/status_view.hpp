#pragma once

#include <vector>

#include "loadstar/answer/state.hpp"
#include "loadstar/app/edition.hpp"
#include "loadstar/base/duration.hpp"
#include "loadstar/base/now.hpp"
#include "loadstar/control/status.hpp"
#include "loadstar/health/consensus.hpp"
#include "loadstar/health/overrides.hpp"

namespace loadstar::app {

[[nodiscard]] std::vector<control::ZoneStatus> zone_statuses(const Edition& edition);
[[nodiscard]] std::vector<control::DatabaseStatus> database_statuses(const Edition& edition);
/// `state` may be null: nothing is served yet.
[[nodiscard]] std::vector<control::PoolStatus> pool_statuses(const answer::State* state,
                                                             const health::Consensus& health,
                                                             const health::Overrides& overrides,
                                                             const base::Now& now);
/// Those in force.
[[nodiscard]] std::vector<control::OverrideStatus> override_statuses(
    const health::Overrides& overrides, const base::Now& now);
[[nodiscard]] std::vector<control::VantageStatus> vantage_statuses(const health::Consensus& health,
                                                                   const base::Now& now);

}  // namespace loadstar::app
