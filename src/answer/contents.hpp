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
#include "loadstar/wire/types.hpp"
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

/// Keys of HTTPS records (RFC 9460 14.3.2).
inline constexpr std::uint16_t kIpv4Hint = 4;
inline constexpr std::uint16_t kIpv6Hint = 6;

/// Whether a policy decides about a type at its name; `mark` is the name's mark in the catalog.
/// Other types do not exist there for any client: nothing is chosen, and the answer holds for all.
[[nodiscard]] inline bool is_steered(std::uint16_t type, const zone::RRsetEntry& mark,
                                     const SteeredName& name) noexcept {
  if ((mark.count & zone::steered::kCname) != 0) return true;
  if (type == wire::type::kHttps) return !name.https.empty();
  return type == wire::type::kA || type == wire::type::kAaaa;
}

struct Snapshot::Contents {
  std::unique_ptr<const zone::Catalog> catalog;
  std::vector<SteeredName> steered;
  std::size_t policy_count = 0;
  steer::PoolIndex pools;
  /// Targets of pools of cname endpoints: by pool, then endpoint; empty for pools of addresses.
  std::vector<std::vector<wire::Name>> cname_targets;
  std::shared_ptr<const geo::Databases> databases;
  std::vector<base::SipKey> cookie_secrets;
  KnownSerials serials;
};

}  // namespace loadstar::answer
