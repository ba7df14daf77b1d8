#include "loadstar/app/publisher.hpp"

#include <algorithm>
#include <map>
#include <string_view>

namespace loadstar::app {
namespace {

using health::Consensus;
using health::Target;
using Verdict = std::optional<bool>;

Verdict observe(const Consensus& health, const std::optional<Target>& target,
                std::uint32_t& settled) {
  if (!target) return std::nullopt;
  const auto id = health.own().find(*target);
  if (!id) return std::nullopt;
  const health::Agreed agreed = health.of(*id);
  settled = std::min({settled, agreed.settled_seconds, steer::kSettledForGood});
  return health::counts_as_up(agreed.verdict, target->monitor->initial);
}

steer::Observation observe(const Consensus& health, const health::EndpointTargets& targets) {
  steer::Observation observed;
  observed.v4_up = observe(health, targets.v4, observed.settled_seconds);
  observed.v6_up = observe(health, targets.v6, observed.settled_seconds);
  return observed;
}

}  // namespace

std::vector<Target> targets_of(const answer::Snapshot& snapshot) {
  std::vector<Target> targets;
  for (const auto& pool : snapshot.pools()) {
    for (const health::EndpointTargets& endpoint : health::targets_of(*pool)) {
      if (endpoint.v4) targets.push_back(*endpoint.v4);
      if (endpoint.v6) targets.push_back(*endpoint.v6);
    }
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
      for (const auto& target : {endpoint.v4, endpoint.v6}) {
        const auto id = target ? health_.own().find(*target) : std::nullopt;
        if (id) pools_of_[*id].push_back(i);
      }
    }
  }
}

std::vector<steer::EndpointState> Publisher::states_of(std::size_t pool) const {
  const auto& endpoints = snapshot_->pools()[pool]->endpoints;
  std::vector<steer::EndpointState> states;
  states.reserve(endpoints.size());
  for (std::size_t i = 0; i < endpoints.size(); ++i) {
    const steer::Observation observed = observe(health_, targets_[pool][i]);
    states.push_back(steer::endpoint_state(endpoints[i], std::nullopt, observed));
  }
  return states;
}

}  // namespace loadstar::app
