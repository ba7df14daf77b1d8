#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "loadstar/steer/explain.hpp"

#include "trace.hpp"

namespace loadstar::steer {

/// The trace that tells: hears a choice and writes down its steps.
class Teller {
 public:
  /// All three must outlive the teller.
  Teller(const Policy& policy, const geo::Place& place, LivePools pools)
      : policy_(policy), place_(place), pools_(pools) {}

  void key(const model::Match& match, MatchKey key, bool held);
  void rule(std::uint32_t index, bool matched);
  void tried(const PlanPool& listed, bool usable);
  void all_down() { was_all_down_ = true; }

  /// Steps that the choice itself does not speak of.
  void tell(ExplainStep step) { steps_.push_back(std::move(step)); }
  /// A pool with the states of its endpoints.
  void tell_pool(std::uint32_t index, Mark usable);

  [[nodiscard]] std::string pool_text(std::uint32_t index) const;
  [[nodiscard]] bool was_all_down() const { return was_all_down_; }
  [[nodiscard]] std::vector<ExplainStep> take() { return std::move(steps_); }

 private:
  const Policy& policy_;
  const geo::Place& place_;
  LivePools pools_;
  std::vector<std::string> keys_;    // of the rule that is being matched
  std::vector<std::uint32_t> told_;  // pools that were tried
  bool was_all_down_ = false;
  std::vector<ExplainStep> steps_;
};

}  // namespace loadstar::steer
