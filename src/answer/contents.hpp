#pragma once
// What a Snapshot holds, for the files of this module.

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "loadstar/answer/snapshot.hpp"
#include "loadstar/geo/database.hpp"
#include "loadstar/steer/policy.hpp"
#include "loadstar/wire/name.hpp"
#include "loadstar/zone/catalog.hpp"

namespace loadstar::answer {

/// A name whose answer a policy chooses; zone::Steered::index counts these.
struct SteeredName {
  std::shared_ptr<const steer::Policy> policy;
  std::uint32_t ttl_min = 0;
  std::uint32_t ttl_max = 0;
  /// RDATA of the HTTPS record up to the address hints; empty when HTTPS is not asked for.
  std::vector<std::uint8_t> https;
};

struct Snapshot::Contents {
  std::unique_ptr<const zone::Catalog> catalog;
  std::vector<SteeredName> steered;
  std::size_t policy_count = 0;
  steer::PoolIndex pools;
  /// Targets of pools of cname endpoints: by pool, then endpoint; empty for pools of addresses.
  std::vector<std::vector<wire::Name>> cname_targets;
  std::shared_ptr<const geo::Databases> databases;
};

}  // namespace loadstar::answer
