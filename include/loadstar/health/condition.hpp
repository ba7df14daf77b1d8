#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "loadstar/base/duration.hpp"
#include "loadstar/health/consensus.hpp"
#include "loadstar/health/target.hpp"
#include "loadstar/model/reported_weight.hpp"

namespace loadstar::health {

/// What is known of a target, or of a condition.
struct Known {
  bool is_up = true;
  base::Duration settled{};  ///< the earliest time in which that can change
  std::optional<model::ReportedWeight> weight{};
};

/// What is known of a target. Nothing when nobody looks at it.
using Lookup = std::function<std::optional<Known>(const Target&)>;

/// By what vantages agree on; the consensus must outlive the lookup. A weight is what this node was
/// told.
[[nodiscard]] Lookup lookup_in(const Consensus& health);

/// What the targets of a condition come to. Targets that nobody looks at are left out, and count as
/// up; nothing when that is all of them. It can change as early as the least settled of its
/// targets, and has the weight of the first that says one.
[[nodiscard]] std::optional<Known> evaluate(const Condition& condition, const Lookup& lookup);

/// All targets of a condition, the nested ones among them.
[[nodiscard]] std::vector<Target> targets_of(const Condition& condition);

/// The target that is most to blame for what the condition came to: the first that is down when it
/// does not hold, else the first that is up; never null where there is a target. Valid as long as
/// the condition.
[[nodiscard]] const Target* reason_of(const Condition& condition, const Lookup& lookup);

}  // namespace loadstar::health
