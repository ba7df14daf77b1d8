#include "loadstar/answer/policy_uses.hpp"

#include <algorithm>
#include <set>
#include <unordered_map>

#include "contents.hpp"

namespace loadstar::answer {
namespace {

void raise(model::Ttl& ttl, std::uint32_t min, std::uint32_t max) {
  ttl = {.min = std::max(ttl.min, min), .max = std::max(ttl.max, max)};
}

std::vector<std::uint32_t> pools_of(const steer::Policy& policy) {
  std::set<std::uint32_t> pools;
  for (std::uint32_t i = 0; i < policy.class_count(); ++i) {
    const steer::Plan& plan = policy.plan(i);
    for (const steer::PlanPool& listed : plan.pools) pools.insert(listed.pool);
    if (plan.on_all_down == model::OnAllDown::Kind::Pool) pools.insert(plan.fallback_pool);
  }
  return {pools.begin(), pools.end()};
}

}  // namespace

std::vector<PolicyUse> policy_uses(const Snapshot& snapshot) {
  std::vector<PolicyUse> uses;
  std::unordered_map<const steer::Policy*, std::size_t> places;
  for (const SteeredName& name : snapshot.contents().steered) {
    const steer::Policy* const policy = name.policy.get();
    const auto [place, is_new] = places.try_emplace(policy, uses.size());
    if (is_new) uses.push_back({policy, {.min = 0, .max = 0}, pools_of(*policy)});
    raise(uses[place->second].ttl, name.ttl_min, name.ttl_max);
  }
  return uses;
}

std::vector<model::Ttl> pool_ttls(const Snapshot& snapshot) {
  std::vector<model::Ttl> ttls(snapshot.pools().size(), {.min = 0, .max = 0});
  for (const PolicyUse& use : policy_uses(snapshot)) {
    for (const std::uint32_t pool : use.pools) raise(ttls[pool], use.ttl.min, use.ttl.max);
  }
  return ttls;
}

}  // namespace loadstar::answer
