#include "loadstar/app/publisher.hpp"

#include <algorithm>
#include <map>
#include <string_view>

#include "loadstar/health/condition.hpp"

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

steer::Observation observe(const health::EndpointTargets& targets, const health::Lookup& lookup) {
  const OfFamily v4 = look_at(targets.v4, lookup);
  const OfFamily v6 = look_at(targets.v6, lookup);
  return {.v4_up = v4.is_up(),
          .v6_up = v6.is_up(),
          .settled_seconds = std::min(v4.settled(), v6.settled()),
          .v4_weight = v4.weight(),
          .v6_weight = v6.weight(),
          .v4_decider = v4.decider,
          .v6_decider = v6.decider};
}

void append_targets(const health::EndpointTargets& endpoint, std::vector<Target>& targets) {
  for (const auto& condition : {endpoint.v4, endpoint.v6}) {
    if (!condition) continue;
    const std::vector<Target> of_family = targets_of(*condition);
    targets.insert(targets.end(), of_family.begin(), of_family.end());
  }
}

}  // namespace

std::vector<Target> targets_of(const answer::Snapshot& snapshot) {
  std::vector<Target> targets;
  for (const auto& pool : snapshot.pools()) {
    for (const health::EndpointTargets& endpoint : health::targets_of(*pool))
      append_targets(endpoint, targets);
  }
  return targets;
}

void Publisher::publish(std::shared_ptr<const answer::Snapshot> snapshot) {
  std::map<std::string_view, const steer::PoolView*> earlier;
  for (const steer::PoolView* const view : views_.live()) earlier[view->pool().full_name] = view;

  snapshot_ = std::move(snapshot);
  note_targets();
  std::vector<steer::PoolViews::View> views;
  for (std::size_t i = 0; i < snapshot_->pools().size(); ++i) {
    const auto& pool = snapshot_->pools()[i];
    const auto found = earlier.find(pool->full_name);
    const steer::PoolView* previous = found == earlier.end() ? nullptr : found->second;
    views.push_back(steer::PoolView::make(pool, states_of(i), previous, ++sequence_));
  }
  views_ = steer::PoolViews(views);
  marked_.clear();
  publish_state();
}

void Publisher::set_challenges(std::shared_ptr<const answer::Challenges> challenges) {
  challenges_ = std::move(challenges);
  if (snapshot_ != nullptr) publish_state();
}

void Publisher::publish_state() {
  states_.publish(
      std::make_shared<const answer::State>(answer::State{snapshot_, views_, challenges_}));
}

void Publisher::mark(health::TargetId target) {
  const auto found = pools_of_.find(target);
  if (found != pools_of_.end()) marked_.insert(found->second.begin(), found->second.end());
}

void Publisher::flush() {
  steer::PoolViews::Changes changes;
  for (const std::size_t i : marked_) {
    const auto states = states_of(i);
    if (std::ranges::equal(states, views_[i].states())) continue;
    changes.emplace_back(
        i, steer::PoolView::make(snapshot_->pools()[i], states, &views_[i], ++sequence_));
  }
  marked_.clear();
  if (changes.empty()) return;
  views_ = views_.with(changes);
  publish_state();
}

void Publisher::note_targets() {
  targets_.clear();
  pools_of_.clear();
  for (std::size_t i = 0; i < snapshot_->pools().size(); ++i) {
    targets_.push_back(health::targets_of(*snapshot_->pools()[i]));
    for (const health::EndpointTargets& endpoint : targets_.back()) {
      std::vector<Target> targets;
      append_targets(endpoint, targets);
      for (const Target& target : targets) {
        if (const auto id = health_.own().find(target)) pools_of_[*id].push_back(i);
      }
    }
  }
}

std::vector<steer::EndpointState> Publisher::states_of(std::size_t pool) const {
  const auto& endpoints = snapshot_->pools()[pool]->endpoints;
  std::vector<steer::EndpointState> states;
  states.reserve(endpoints.size());
  const health::Lookup lookup = health::lookup_in(health_);
  for (std::size_t i = 0; i < endpoints.size(); ++i) {
    const steer::Observation observed = observe(targets_[pool][i], lookup);
    states.push_back(steer::endpoint_state(endpoints[i], std::nullopt, observed));
  }
  return states;
}

}  // namespace loadstar::app
