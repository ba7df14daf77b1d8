#pragma once
// How a worker gets to see the world: one immutable State, swapped whole.
//
//   loader ─► Snapshot ─┐
//                       ├─► State ─► StateBoard ── generation compared once per batch ──► worker's
//                       own copy
//   health ─► PoolViews ┘

#include <atomic>
#include <cstdint>
#include <memory>

#include "loadstar/base/published.hpp"
#include "loadstar/steer/pool_views.hpp"

namespace loadstar::answer {

class Snapshot;
class Challenges;

/// Everything an answer depends on. `pools` is parallel to snapshot->pools().
struct State {
  std::shared_ptr<const Snapshot> snapshot;
  steer::PoolViews pools;
  std::shared_ptr<const Challenges> challenges;  ///< null: none
};

/// Where the current State is published. Any thread may publish, any may read.
class StateBoard {
 public:
  void publish(std::shared_ptr<const State> state) {
    state_.set(std::move(state));
    generation_.fetch_add(1, std::memory_order_release);
  }
  /// Costs a lock: not for each query. Null before the first publish.
  [[nodiscard]] std::shared_ptr<const State> load() const { return state_.get(); }
  [[nodiscard]] std::uint64_t generation() const noexcept {
    return generation_.load(std::memory_order_acquire);
  }

 private:
  base::Published<State> state_;
  std::atomic<std::uint64_t> generation_{0};
};

}  // namespace loadstar::answer
