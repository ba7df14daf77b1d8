#include "loadstar/app/publisher.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <limits>
#include <map>
#include <string_view>

#include "loadstar/answer/policy_uses.hpp"
#include "loadstar/base/log.hpp"
#include "loadstar/health/ruling.hpp"

#include "observation.hpp"

namespace loadstar::app {
namespace {

using health::Target;

// Absorbs what multiplying a decimal share leaves over.
constexpr double kShareSlack = 1e-9;

health::Outlook outlook_of(const health::Overrides* overrides, const model::Pool& pool,
                           const model::Endpoint& endpoint, health::SystemTime now) {
  static const health::Overrides kNone("");
  return health::outlook(overrides == nullptr ? kNone : *overrides, pool, endpoint, now);
}

/// The latest of a pool.
base::TimePoint last_fall_of(const health::Consensus& health,
                             const std::vector<health::EndpointTargets>& endpoints) {
  base::TimePoint last{};
  for (const health::EndpointTargets& targets : endpoints)
    last = std::max(last, fall_of(health, targets).value_or(base::TimePoint{}));
  return last;
}

/// Of those that take new clients.
std::size_t count_up(const std::vector<steer::EndpointState>& states) {
  return static_cast<std::size_t>(std::ranges::count_if(states, [](const auto& state) {
    const bool is_up = state.v4 == steer::Liveness::Up || state.v6 == steer::Liveness::Up;
    return is_up && !state.withdrawn;
  }));
}

std::optional<steer::Forced> forced_by(const std::optional<health::Ruling>& ruling) {
  if (!ruling) return std::nullopt;
  return steer::Forced{.state = ruling->state, .kept_percent = ruling->kept_percent};
}

steer::EndpointState state_of(const model::Endpoint& endpoint, const health::Outlook& outlook,
                              const steer::Observation& observed) {
  auto state = steer::endpoint_state(endpoint, forced_by(outlook.ruling), observed);
  if (outlook.is_about_to_change) state.settled_seconds = 0;
  if (outlook.ruling) state.why = outlook.ruling->to_string();
  return state;
}

}  // namespace

std::vector<Target> targets_of(const answer::Snapshot& snapshot) {
  std::vector<Target> targets;
  for (const auto& pool : snapshot.pools()) {
    for (const health::EndpointTargets& endpoint : health::targets_of(*pool)) {
      const std::vector<Target> of_endpoint = targets_of(endpoint);
      targets.insert(targets.end(), of_endpoint.begin(), of_endpoint.end());
    }
  }
  return targets;
}

void Publisher::publish(std::shared_ptr<const answer::Snapshot> snapshot) {
  std::map<std::string_view, const steer::PoolView*> earlier;
  for (const steer::PoolView* const view : views_.live()) earlier[view->pool().full_name] = view;

  snapshot_ = std::move(snapshot);
  note_targets();
  note_policies();
  due_.clear();
  guards_.clear();
  kept_ = pools_to_keep();
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

void Publisher::mark(const health::OverrideTarget& target) {
  if (snapshot_ == nullptr) return;
  for (std::size_t i = 0; i < snapshot_->pools().size(); ++i) {
    if (target.matches(*snapshot_->pools()[i])) marked_.insert(i);
  }
}

void Publisher::refresh() {
  for (const auto& [pool, due] : due_) {
    if (due <= now()) marked_.insert(pool);
  }
  flush();
}

std::optional<health::SystemTime> Publisher::next_change() const {
  if (due_.empty()) return std::nullopt;
  return std::ranges::min_element(due_, {}, [](const auto& entry) { return entry.second; })->second;
}

health::SystemTime Publisher::now() const {
  return std::chrono::floor<std::chrono::milliseconds>(clock_().system);
}

void Publisher::flush() {
  keep_regions();
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
      for (const Target& target : targets_of(endpoint)) {
        if (const auto id = health_.own().find(target)) pools_of_[*id].push_back(i);
      }
    }
  }
}

/// Also notes when they change by themselves, and which guards act.
std::vector<steer::EndpointState> Publisher::states_of(std::size_t pool) {
  Judged judged = judge(pool, overrides_);
  if (judged.due == health::SystemTime::max())
    due_.erase(pool);
  else
    due_[pool] = judged.due;
  const auto kept = kept_.find(pool);
  if (kept != kept_.end()) {
    keep_up(judged.states, kept->second);
    judged.guards.push_back(kept->second);
  }
  note_guards(pool, std::move(judged.guards));
  return judged.states;
}

Publisher::Judged Publisher::judge(std::size_t pool, const health::Overrides* overrides) const {
  const model::Pool& model = *snapshot_->pools()[pool];
  const base::Now present = clock_();
  const health::Lookup lookup = health::lookup_in(health_);
  const auto moment = std::chrono::floor<std::chrono::milliseconds>(present.system);
  Judged judged;
  std::vector<std::optional<base::TimePoint>> fell;
  for (std::size_t i = 0; i < model.endpoints.size(); ++i) {
    const model::Endpoint& endpoint = model.endpoints[i];
    const health::Ramp ramp = ramp_of(health_, targets_[pool][i], present);
    if (ramp.percent < steer::kWholeShare)
      judged.due = std::min<health::SystemTime>(judged.due, moment + ramp.next_step);
    const steer::Observation observed = observe(targets_[pool][i], lookup, ramp);
    const health::Outlook outlook = outlook_of(overrides, model, endpoint, moment);
    judged.due = std::min(judged.due, outlook.changes_at);
    judged.states.push_back(state_of(endpoint, outlook, observed));
    if (steer::EndpointState& state = judged.states.back(); state.why.empty() && !state.withdrawn)
      state.why = why_down(health_, lookup, targets_[pool][i]);
    fell.push_back(fall_of(health_, targets_[pool][i]));
  }
  Guarded guarded = guard(model, std::move(judged.states), fell, present.steady);
  judged.states = std::move(guarded.states);
  judged.guards = std::move(guarded.acting);
  if (guarded.changes_after)
    judged.due = std::min<health::SystemTime>(judged.due, moment + *guarded.changes_after);
  return judged;
}

void Publisher::note_policies() {
  guarded_.clear();
  for (answer::PolicyUse& use : answer::policy_uses(*snapshot_)) {
    const model::Policy& policy = use.policy->model();
    if (policy.guards.min_regions_up != 0)
      guarded_.push_back({policy.name, policy.guards.min_regions_up, std::move(use.pools)});
  }
}

/// A guard that acts is loud.
void Publisher::note_guards(std::size_t pool, std::vector<std::string> acting) {
  const std::vector<std::string> before = guards(pool);
  if (before == acting) return;
  const std::string& name = snapshot_->pools()[pool]->full_name;
  for (const std::string& one : acting) {
    if (std::ranges::find(before, one) == before.end())
      base::log_warning("a guard of pool {} acts: {}", name, one);
  }
  if (acting.empty()) base::log_info("no guard of pool {} acts any more", name);
  if (acting.empty())
    guards_.erase(pool);
  else
    guards_[pool] = std::move(acting);
}

std::vector<std::string> Publisher::guards(std::size_t pool) const {
  const auto found = guards_.find(pool);
  return found == guards_.end() ? std::vector<std::string>{} : found->second;
}

std::vector<RegionPool> Publisher::region_pools(const GuardedPolicy& policy,
                                                const health::Overrides* overrides) const {
  std::vector<RegionPool> pools;
  for (const std::uint32_t i : policy.pools) {
    const auto& model = snapshot_->pools()[i];
    const auto view = steer::PoolView::make(model, judge(i, overrides).states, nullptr, 1);
    pools.push_back({.pool = i,
                     .region = model->region == nullptr ? "" : model->region->name,
                     .is_usable = view->usable_in_full(),
                     .is_withdrawn = view->withdrawn(),
                     .fell_since = last_fall_of(health_, targets_[i])});
  }
  return pools;
}

std::map<std::size_t, std::string> Publisher::pools_to_keep() const {
  std::map<std::size_t, std::string> kept;
  for (const GuardedPolicy& policy : guarded_) {
    for (const std::size_t pool :
         kept_pools(region_pools(policy, overrides_), policy.min_regions_up))
      kept[pool] =
          fmt::format("min_regions_up {} of policy {}", policy.min_regions_up, policy.name);
  }
  return kept;
}

/// Marks the pools that are kept up from now on, or no more.
void Publisher::keep_regions() {
  auto kept = pools_to_keep();
  for (const auto* pools : {&kept, &kept_}) {
    for (const auto& [pool, guard] : *pools) {
      if (kept.contains(pool) != kept_.contains(pool)) marked_.insert(pool);
    }
  }
  kept_ = std::move(kept);
}

std::optional<std::string> Publisher::guard_against(const health::Override& override) const {
  const bool takes_away =
      override.state == model::AdminState::Drain || override.state == model::AdminState::Down;
  if (snapshot_ == nullptr || overrides_ == nullptr || !takes_away) return std::nullopt;
  health::Override at_its_end = override;  // of a drain over a time
  at_its_end.over = {};
  at_its_end.version.ms = std::numeric_limits<std::int64_t>::max();
  health::Overrides with_it = *overrides_;
  static_cast<void>(with_it.merge(std::span(&at_its_end, 1)));
  for (const GuardedPolicy& policy : guarded_) {
    const std::uint32_t before = regions_up(region_pools(policy, overrides_));
    const std::uint32_t after = regions_up(region_pools(policy, &with_it));
    if (after >= policy.min_regions_up || after >= before) continue;
    return fmt::format(
        "it would leave {} regions of policy {} up, and the guard min_regions_up is {}", after,
        policy.name, policy.min_regions_up);
  }
  return panic_after(override, with_it);
}

/// Here all endpoints count: what operators take away is not health's to bring back.
std::optional<std::string> Publisher::panic_after(const health::Override& override,
                                                  const health::Overrides& with_it) const {
  for (std::size_t i = 0; i < snapshot_->pools().size(); ++i) {
    const model::Pool& pool = *snapshot_->pools()[i];
    if (!pool.guards.panic_below || !override.target.matches(pool)) continue;
    const std::size_t before = count_up(judge(i, overrides_).states);
    const std::size_t after = count_up(judge(i, &with_it).states);
    const double least = *pool.guards.panic_below * static_cast<double>(pool.endpoints.size());
    if (static_cast<double>(after) >= least - kShareSlack || after >= before) continue;
    return fmt::format(
        "it would leave {} of {} endpoints of pool {} up, and the guard panic_below is {:g}%",
        after, pool.endpoints.size(), pool.full_name, *pool.guards.panic_below * 100);
  }
  return std::nullopt;
}

}  // namespace loadstar::app
