#pragma once
// A policy compiled: the partition of all clients into classes, and for each class the pools in the
// order in which they are tried.
//
//   model::Policy + geo::Databases ─► compile ─► partition: address ─► class ─► Plan: pools,
//   sharing, on_all_down query: client ─► class ─► Plan ─► first usable PoolView ─► pick
//
// Built at load time; choose() is the query path: it allocates nothing, locks nothing and cannot
// fail. `explain` runs the same choose() with a trace that listens.

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "loadstar/geo/database.hpp"
#include "loadstar/geo/partition.hpp"
#include "loadstar/model/policy.hpp"
#include "loadstar/steer/client.hpp"
#include "loadstar/steer/plan.hpp"
#include "loadstar/steer/pool_index.hpp"
#include "loadstar/steer/pool_view.hpp"
#include "loadstar/steer/selection.hpp"

namespace loadstar::steer {

class Policy {
 public:
  /// `server_default` answers when neither rule nor policy says what to do with all pools down.
  /// `index` numbers the policy (policy_turns). A policy that does not look at the client needs no
  /// tables.
  [[nodiscard]] static std::shared_ptr<const Policy> compile(
      std::shared_ptr<const model::Policy> policy, const geo::Databases& databases,
      PoolIndex& pools, model::OnAllDown server_default, std::uint32_t index);

  [[nodiscard]] Selection choose(const Client& client, LivePools pools, Dice& dice) const noexcept {
    const geo::Membership member = membership(client.address);
    const std::uint32_t first = first_choice(member, pools);
    if (first != Plan::kNone) return {Outcome::Pool, PickFrom::Live, first, member.scope_bits, 0};
    return choose_among(member, client, pools, dice);
  }
  /// What choose() asks first: the pool of nearly every client, or Plan::kNone when more has to be
  /// asked.
  [[nodiscard]] std::uint32_t first_choice(const geo::Membership& member,
                                           LivePools pools) const noexcept {
    const std::uint32_t first = plans_[member.client_class].first_choice;
    return first != Plan::kNone && pools[first]->usable() ? first : Plan::kNone;
  }
  /// What choose() asks then.
  [[nodiscard]] Selection choose_among(const geo::Membership& member, const Client& client,
                                       LivePools pools, Dice& dice) const noexcept;

  [[nodiscard]] const model::Policy& model() const noexcept { return *model_; }
  [[nodiscard]] std::uint32_t index() const noexcept { return index_; }
  /// Which plan a client has, and the block around it in which that holds.
  [[nodiscard]] geo::Membership membership(const base::Address& client) const noexcept {
    return partition_ ? partition_->look_up(client) : geo::Membership{};
  }
  /// Null when all clients are of one class.
  [[nodiscard]] const geo::Partition* partition() const noexcept { return partition_.get(); }
  [[nodiscard]] const Plan& plan(std::uint32_t client_class) const noexcept {
    return plans_[client_class];
  }
  /// That of a client of no known place, in no prefix that a rule names.
  [[nodiscard]] const Plan& default_plan() const noexcept { return plans_[default_class_]; }
  [[nodiscard]] std::size_t class_count() const noexcept { return plans_.size(); }
  /// Of the plans and the partition, which other policies may share.
  [[nodiscard]] std::size_t memory_bytes() const noexcept;

 private:
  Policy(std::shared_ptr<const model::Policy> model, std::uint32_t index);

  std::shared_ptr<const geo::Partition> partition_;  // null: all clients are of class 0
  std::vector<Plan> plans_;                          // by class
  std::uint32_t default_class_ = 0;
  std::uint32_t index_;
  std::shared_ptr<const model::Policy> model_;
};

}  // namespace loadstar::steer
