#include "observation.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace loadstar::app {
namespace {

using health::Target;

std::uint32_t seconds_of(base::Duration duration) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(duration).count();
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(seconds, 0, steer::kSettledForGood));
}

/// What is known of one family, and who decided where there are several.
struct OfFamily {
  std::optional<health::Known> known;
  const model::Monitor* decider = nullptr;

  [[nodiscard]] std::optional<bool> is_up() const {
    return known ? std::optional(known->is_up) : std::nullopt;
  }
  [[nodiscard]] std::optional<model::ReportedWeight> weight() const {
    return known ? known->weight : std::nullopt;
  }
  [[nodiscard]] std::uint32_t settled() const {
    return known ? seconds_of(known->settled) : steer::kSettledForGood;
  }
};

OfFamily look_at(const std::optional<health::Condition>& condition, const health::Lookup& lookup) {
  if (!condition) return {};
  OfFamily family{.known = evaluate(*condition, lookup)};
  const bool is_alone = condition->targets.size() == 1 && condition->nested.empty();
  if (!is_alone) family.decider = reason_of(*condition, lookup)->monitor.get();
  return family;
}

health::Agreed agreed_on(const health::Consensus& health, const Target& target) {
  const auto id = health.own().find(target);
  return id ? health.of(*id) : health::Agreed{};
}

}  // namespace

std::vector<Target> targets_of(const health::EndpointTargets& endpoint) {
  std::vector<Target> targets;
  for (const auto& condition : {endpoint.v4, endpoint.v6}) {
    if (!condition) continue;
    const std::vector<Target> of_family = health::targets_of(*condition);
    targets.insert(targets.end(), of_family.begin(), of_family.end());
  }
  return targets;
}

health::Ramp ramp_of(const health::Consensus& health, const health::EndpointTargets& endpoint,
                     const base::Now& now) {
  health::Ramp least;
  for (const Target& target : targets_of(endpoint)) {
    if (target.monitor->ramp == base::Duration(0)) continue;
    const health::Ramp ramp =
        health::ramp(agreed_on(health, target), target.monitor->ramp, now.steady);
    if (ramp.percent < least.percent) least = ramp;
  }
  return least;
}

steer::Observation observe(const health::EndpointTargets& endpoint, const health::Lookup& lookup,
                           const health::Ramp& ramp) {
  const OfFamily v4 = look_at(endpoint.v4, lookup);
  const OfFamily v6 = look_at(endpoint.v6, lookup);
  return {.v4_up = v4.is_up(),
          .v6_up = v6.is_up(),
          .share_percent = ramp.percent,
          .settled_seconds = std::min(v4.settled(), v6.settled()),
          .v4_weight = v4.weight(),
          .v6_weight = v6.weight(),
          .v4_decider = v4.decider,
          .v6_decider = v6.decider};
}

std::string why_down(const health::Consensus& health, const health::Lookup& lookup,
                     const health::EndpointTargets& endpoint) {
  for (const auto& condition : {endpoint.v4, endpoint.v6}) {
    const Target* const target = condition ? reason_of(*condition, lookup) : nullptr;
    const auto id = target != nullptr ? health.own().find(*target) : std::nullopt;
    if (!id || health.of(*id).verdict != health::Verdict::Down) continue;
    const health::Agreed agreed = health.of(*id);
    if (agreed.is_stale) return "as it was when a vantage counted last";
    if (agreed.counted > 1)
      return fmt::format("{} of {} vantages say up", agreed.up, agreed.counted);
    return health.own().entry(*id)->status.last_text;
  }
  return "";
}

std::optional<base::TimePoint> fall_of(const health::Consensus& health,
                                       const health::EndpointTargets& endpoint) {
  std::optional<base::TimePoint> fell;
  for (const Target& target : targets_of(endpoint)) {
    const health::Agreed agreed = agreed_on(health, target);
    if (agreed.verdict == health::Verdict::Down && agreed.transitions != 0)
      fell = std::max(fell.value_or(agreed.since), agreed.since);
  }
  return fell;
}

}  // namespace loadstar::app
