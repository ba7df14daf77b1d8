#pragma once
// What health knows of an endpoint, in the words of steering.

#include <optional>
#include <string>
#include <vector>

#include "loadstar/base/now.hpp"
#include "loadstar/health/condition.hpp"
#include "loadstar/health/consensus.hpp"
#include "loadstar/health/ramp.hpp"
#include "loadstar/health/target.hpp"
#include "loadstar/steer/endpoint_state.hpp"

namespace loadstar::app {

/// All that is probed for an endpoint.
[[nodiscard]] std::vector<health::Target> targets_of(const health::EndpointTargets& endpoint);

/// How far back it is, by what of it is back last.
[[nodiscard]] health::Ramp ramp_of(const health::Consensus& health,
                                   const health::EndpointTargets& endpoint, const base::Now& now);

[[nodiscard]] steer::Observation observe(const health::EndpointTargets& endpoint,
                                         const health::Lookup& lookup, const health::Ramp& ramp);

/// Why its monitor has it down, in words: what vantages say, or the last result; "" where it does
/// not.
[[nodiscard]] std::string why_down(const health::Consensus& health, const health::Lookup& lookup,
                                   const health::EndpointTargets& endpoint);

/// When the last of it went down that was up, by its monitor; nothing while none is down.
[[nodiscard]] std::optional<base::TimePoint> fall_of(const health::Consensus& health,
                                                     const health::EndpointTargets& endpoint);

}  // namespace loadstar::app
