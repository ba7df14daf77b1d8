#include "loadstar/health/condition.hpp"

#include <algorithm>

namespace loadstar::health {
namespace {

/// Adds up what the members of a condition come to.
class Tally {
 public:
  void add(const std::optional<Known>& member) {
    if (!member) {
      ++up_;
      return;
    }
    if (member->is_up) ++up_;
    settled_ = settled_ ? std::min(*settled_, member->settled) : member->settled;
    if (!weight_) weight_ = member->weight;
  }

  [[nodiscard]] std::optional<Known> result(std::size_t at_least) const {
    if (!settled_) return std::nullopt;
    return Known{.is_up = up_ >= at_least, .settled = *settled_, .weight = weight_};
  }

 private:
  std::size_t up_ = 0;
  std::optional<base::Duration> settled_;
  std::optional<model::ReportedWeight> weight_;
};

void collect(const Condition& condition, std::vector<Target>& targets) {
  targets.insert(targets.end(), condition.targets.begin(), condition.targets.end());
  for (const Condition& nested : condition.nested) collect(nested, targets);
}

bool is_up(const std::optional<Known>& known) { return !known || known->is_up; }

/// The first target that is so, in those parts of the condition that are so, too.
const Target* find(const Condition& condition, const Lookup& lookup, bool wanted) {
  for (const Target& target : condition.targets) {
    if (is_up(lookup(target)) == wanted) return &target;
  }
  for (const Condition& nested : condition.nested) {
    if (is_up(evaluate(nested, lookup)) != wanted) continue;
    if (const Target* const found = find(nested, lookup, wanted)) return found;
  }
  return nullptr;
}

const Target* first_of(const Condition& condition) {
  if (!condition.targets.empty()) return &condition.targets.front();
  for (const Condition& nested : condition.nested) {
    if (const Target* const found = first_of(nested)) return found;
  }
  return nullptr;
}

}  // namespace

Lookup lookup_in(const Consensus& health) {
  return [&health](const Target& target) -> std::optional<Known> {
    const auto id = health.own().find(target);
    if (!id) return std::nullopt;
    const Agreed agreed = health.of(*id);
    return Known{.is_up = counts_as_up(agreed.verdict, target.monitor->initial),
                 .settled = std::chrono::seconds(agreed.settled_seconds),
                 .weight = health.own().entry(*id)->status.weight};
  };
}

std::optional<Known> evaluate(const Condition& condition, const Lookup& lookup) {
  Tally tally;
  for (const Target& target : condition.targets) tally.add(lookup(target));
  for (const Condition& nested : condition.nested) tally.add(evaluate(nested, lookup));
  return tally.result(condition.at_least);
}

std::vector<Target> targets_of(const Condition& condition) {
  std::vector<Target> targets;
  collect(condition, targets);
  return targets;
}

const Target* reason_of(const Condition& condition, const Lookup& lookup) {
  const Target* const found = find(condition, lookup, is_up(evaluate(condition, lookup)));
  return found != nullptr ? found : first_of(condition);
}

}  // namespace loadstar::health
