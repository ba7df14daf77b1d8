#pragma once
// Where the two rivers meet: a Snapshot and what health knows become the State that the workers
// answer from. Knows no socket and no clock, so that a scenario can drive it step by step.
//
//   Snapshot ──────────────────────┐
//                                  ├─► PoolViews ─► State ─► StateBoard
//   health::Consensus ─ mark(target) ┘
//
// One thread.

#include <cstdint>
#include <memory>
#include <set>
#include <unordered_map>
#include <vector>

#include "loadstar/answer/snapshot.hpp"
#include "loadstar/answer/state.hpp"
#include "loadstar/health/consensus.hpp"
#include "loadstar/health/target.hpp"

namespace loadstar::app {

/// Everything that the pools of a snapshot want probed.
[[nodiscard]] std::vector<health::Target> targets_of(const answer::Snapshot& snapshot);

class Publisher {
 public:
  /// Both must outlive the publisher.
  Publisher(answer::StateBoard& states, const health::Consensus& health)
      : states_(states), health_(health) {}

  /// Publishes a snapshot with its pools as health has them now. Tell health of its
  /// targets first: one that it does not know counts as up.
  void publish(std::shared_ptr<const answer::Snapshot> snapshot);

  /// Publishes what there is with these ACME challenges; null: none.
  void set_challenges(std::shared_ptr<const answer::Challenges> challenges);

  /// What is known of a target has changed: the pools it belongs to are rebuilt by the next
  /// flush().
  void mark(health::TargetId target);
  /// Rebuilds the marked pools and publishes a State, if any of them has changed.
  void flush();

 private:
  void publish_state();
  void note_targets();
  [[nodiscard]] std::vector<steer::EndpointState> states_of(std::size_t pool) const;

  answer::StateBoard& states_;
  const health::Consensus& health_;
  std::shared_ptr<const answer::Snapshot> snapshot_;
  std::shared_ptr<const answer::Challenges> challenges_;
  std::vector<std::vector<health::EndpointTargets>> targets_;  // by pool, then endpoint
  std::unordered_map<health::TargetId, std::vector<std::size_t>> pools_of_;
  steer::PoolViews views_;  // parallel to the snapshot's pools
  std::set<std::size_t> marked_;
  std::uint64_t sequence_ = 0;
};

}  // namespace loadstar::app
