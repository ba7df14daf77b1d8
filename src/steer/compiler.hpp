#pragma once

#include <map>
#include <vector>

#include "loadstar/geo/database.hpp"
#include "loadstar/steer/plan.hpp"
#include "loadstar/steer/pool_index.hpp"

#include "match.hpp"

namespace loadstar::steer {

/// Turns what is known of a client into its plan; equal plans are made once, be it by different
/// rules.
class Compiler {
 public:
  /// `policy` must outlive the compiler.
  Compiler(const model::Policy& policy, PoolIndex& pools, const model::OnAllDown& server_default);

  [[nodiscard]] const CidrSets& cidr_sets() const noexcept { return sets_; }

  /// The number of the plan: its place in plans().
  [[nodiscard]] std::uint32_t classify(const geo::Place& place, const std::vector<bool>& in_set);

  [[nodiscard]] std::vector<Plan>& plans() noexcept { return plans_; }

 private:
  [[nodiscard]] Plan plan_for(const geo::Place& place, const std::vector<bool>& in_set) const;

  const model::Policy& policy_;
  CidrSets sets_;
  Plan no_match_;
  std::vector<Plan> rule_plans_;                                 // by rule, the pools as listed
  std::map<std::vector<std::uint32_t>, std::uint32_t> numbers_;  // by all that a plan says
  std::vector<Plan> plans_;
};

/// What of a client the rules can ask for; those behind a rule for everyone ask nothing.
struct Curiosity {
  bool place = false;
  bool cidrs = false;
};
[[nodiscard]] Curiosity curiosity_of(const model::Policy& policy);

}  // namespace loadstar::steer
