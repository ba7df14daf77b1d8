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
#include <span>
#include <string>
#include <vector>

#include "loadstar/geo/database.hpp"
#include "loadstar/geo/partition.hpp"
#include "loadstar/model/policy.hpp"
#include "loadstar/steer/client.hpp"
#include "loadstar/steer/pool_view.hpp"

namespace loadstar::steer {

enum class Outcome : std::uint8_t { Pool, NoData, ServFail, Refused };

/// What a policy says for one client at one moment.
struct Selection {
  Outcome outcome = Outcome::NoData;
  PickFrom from = PickFrom::Live;
  std::uint32_t pool = 0;       ///< index into the live pools, for Outcome::Pool
  std::uint8_t scope_bits = 0;  ///< ECS scope: does not depend on health
  std::uint8_t hash_bits = 0;   ///< of the client's subnet, for pools that balance by ip-hash
};

/// The views of all pools of a snapshot, by pool index.
using LivePools = std::span<const std::shared_ptr<const PoolView>>;

/// Numbers the pools of a snapshot: each model::Pool object once.
class PoolIndex {
 public:
  [[nodiscard]] std::uint32_t add(const std::shared_ptr<const model::Pool>& pool);
  [[nodiscard]] const std::vector<std::shared_ptr<const model::Pool>>& pools() const noexcept;
};

class Policy {
 public:
  /// `server_default` answers when neither rule nor policy says what to do with all pools down.
  /// `index` numbers the policy (policy_turns). Throws base::ConfigError when the databases are
  /// broken inside.
  [[nodiscard]] static std::shared_ptr<const Policy> compile(
      std::shared_ptr<const model::Policy> policy, const geo::Databases& databases,
      PoolIndex& pools, model::OnAllDown server_default, std::uint32_t index);

  [[nodiscard]] Selection choose(const Client& client, LivePools pools, Dice& dice) const noexcept;

  [[nodiscard]] const model::Policy& model() const noexcept;
  [[nodiscard]] std::size_t class_count() const noexcept;
  [[nodiscard]] std::size_t memory_bytes() const noexcept;
};

}  // namespace loadstar::steer
