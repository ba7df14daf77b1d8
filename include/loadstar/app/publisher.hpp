#pragma once
// Where the two rivers meet: a Snapshot and what health knows become the State that the workers
// answer from. Knows no socket and is given its clock, so that a scenario can drive it step by
// step.
//
//   Snapshot ──────────────────────────┐
//                                      ├─► PoolViews ─► State ─► StateBoard
//   health::Consensus ─ mark(target) ──┤
//   health::Overrides ─ mark(target) ──┤
//   time ─ refresh() ──────────────────┘
//
// One thread.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "loadstar/answer/snapshot.hpp"
#include "loadstar/answer/state.hpp"
#include "loadstar/app/guards.hpp"
#include "loadstar/base/now.hpp"
#include "loadstar/health/consensus.hpp"
#include "loadstar/health/overrides.hpp"
#include "loadstar/health/target.hpp"

namespace loadstar::app {

/// Everything that the pools of a snapshot want probed.
[[nodiscard]] std::vector<health::Target> targets_of(const answer::Snapshot& snapshot);

class Publisher {
 public:
  using Clock = std::function<base::Now()>;

  /// Both must outlive the publisher, and so must `overrides`; null: there are none.
  Publisher(
      answer::StateBoard& states, const health::Consensus& health,
      const health::Overrides* overrides = nullptr, Clock clock = [] { return base::Now(); })
      : states_(states), health_(health), overrides_(overrides), clock_(std::move(clock)) {}

  /// Publishes a snapshot with its pools as health has them now. Tell health of its
  /// targets first: one that it does not know counts as up.
  void publish(std::shared_ptr<const answer::Snapshot> snapshot);

  /// Publishes what there is with these ACME challenges; null: none.
  void set_challenges(std::shared_ptr<const answer::Challenges> challenges);

  /// What is known of a target has changed: the pools it belongs to are rebuilt by the next
  /// flush().
  void mark(health::TargetId target);
  /// What is forced on the endpoints of an override's target has changed: the same.
  void mark(const health::OverrideTarget& target);
  /// Marks the pools that change with time alone, as far as they have by now, and flushes.
  void refresh();
  /// When refresh() has something to do, unless somebody else has a change before.
  [[nodiscard]] std::optional<health::SystemTime> next_change() const;
  /// The guards that act on a pool of the snapshot, in words.
  [[nodiscard]] std::vector<std::string> guards(std::size_t pool) const;
  /// The guard that an override would break, in words; nothing when it breaks none.
  [[nodiscard]] std::optional<std::string> guard_against(const health::Override& override) const;
  /// Rebuilds the marked pools and publishes a State, if any of them has changed.
  void flush();

 private:
  /// What one pool comes to, before other pools are looked at.
  struct Judged {
    std::vector<steer::EndpointState> states;
    std::vector<std::string> guards;                     ///< those that act
    health::SystemTime due = health::SystemTime::max();  ///< it changes by itself
  };
  /// A policy that is not to lose too many regions.
  struct GuardedPolicy {
    std::string name;
    std::uint32_t min_regions_up = 0;
    std::vector<std::uint32_t> pools;
  };

  void publish_state();
  void note_targets();
  void note_policies();
  void note_guards(std::size_t pool, std::vector<std::string> acting);
  [[nodiscard]] Judged judge(std::size_t pool, const health::Overrides* overrides) const;
  [[nodiscard]] std::vector<RegionPool> region_pools(const GuardedPolicy& policy,
                                                     const health::Overrides* overrides) const;
  [[nodiscard]] std::map<std::size_t, std::string> pools_to_keep() const;
  void keep_regions();
  [[nodiscard]] std::optional<std::string> panic_after(const health::Override& override,
                                                       const health::Overrides& with_it) const;
  [[nodiscard]] health::SystemTime now() const;
  [[nodiscard]] std::vector<steer::EndpointState> states_of(std::size_t pool);

  answer::StateBoard& states_;
  const health::Consensus& health_;
  const health::Overrides* overrides_;
  Clock clock_;
  std::shared_ptr<const answer::Snapshot> snapshot_;
  std::shared_ptr<const answer::Challenges> challenges_;
  std::vector<std::vector<health::EndpointTargets>> targets_;  // by pool, then endpoint
  std::unordered_map<health::TargetId, std::vector<std::size_t>> pools_of_;
  steer::PoolViews views_;  // parallel to the snapshot's pools
  std::set<std::size_t> marked_;
  std::vector<GuardedPolicy> guarded_;
  std::map<std::size_t, std::string> kept_;  // by pool, with the guard that keeps it up
  std::map<std::size_t, std::vector<std::string>> guards_;  // by pool, those that act
  std::map<std::size_t, health::SystemTime> due_;  // by pool, of those that change by themselves
  std::uint64_t sequence_ = 0;
};

}  // namespace loadstar::app
