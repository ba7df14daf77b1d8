#pragma once

#include <cstdint>
#include <vector>

#include "loadstar/answer/snapshot.hpp"
#include "loadstar/model/zone.hpp"
#include "loadstar/steer/policy.hpp"

namespace loadstar::answer {

/// What a policy comes to in a snapshot.
struct PolicyUse {
  const steer::Policy* policy = nullptr;  ///< valid as long as the snapshot
  model::Ttl ttl;                         ///< at most that of any name that it decides about
  std::vector<std::uint32_t> pools;       ///< that it can answer with, by index, each once
};

/// Each policy that a name has, once.
[[nodiscard]] std::vector<PolicyUse> policy_uses(const Snapshot& snapshot);

/// The greatest TTLs under which each pool can be given out, parallel to snapshot.pools().
[[nodiscard]] std::vector<model::Ttl> pool_ttls(const Snapshot& snapshot);

}  // namespace loadstar::answer
