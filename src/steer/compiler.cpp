#include "compiler.hpp"

#include <algorithm>

#include "order.hpp"

namespace loadstar::steer {
namespace {

using Kind = model::OnAllDown::Kind;

bool lists(const model::Rule& rule, const model::Pool* pool) {
  return std::ranges::any_of(
      rule.pools, [&](const model::RulePool& listed) { return listed.pool.get() == pool; });
}

// A fence keeps out a pool that somebody else than the rule names.
model::OnAllDown resolve(const model::Rule& rule, const model::Policy& policy,
                         const model::OnAllDown& server_default) {
  if (rule.on_all_down) return *rule.on_all_down;
  const model::OnAllDown inherited = policy.on_all_down.value_or(server_default);
  const bool fenced_out =
      rule.fence && inherited.kind == Kind::Pool && !lists(rule, inherited.pool.get());
  return fenced_out ? model::OnAllDown{} : inherited;
}

bool hashes(const model::Pool& pool) {
  return pool.balance == model::Balance::IpHash && pool.endpoints.size() > 1;
}

bool hashes(const model::Rule& rule, const model::OnAllDown& on_all_down) {
  if (rule.method == model::Method::Sticky && rule.pools.size() > 1) return true;
  if (on_all_down.kind == Kind::Pool && hashes(*on_all_down.pool)) return true;
  return std::ranges::any_of(rule.pools,
                             [](const model::RulePool& listed) { return hashes(*listed.pool); });
}

Plan plan_as_listed(const model::Rule& rule, const model::Policy& policy, PoolIndex& pools,
                    const model::OnAllDown& server_default) {
  const model::OnAllDown on_all_down = resolve(rule, policy, server_default);
  Plan plan;
  plan.on_all_down = on_all_down.kind;
  if (on_all_down.kind == Kind::Pool) plan.fallback_pool = pools.add(on_all_down.pool);
  plan.hashes = hashes(rule, on_all_down);
  if (plan.hashes) {
    plan.hash_bits_v4 = rule.sticky_bits_v4;
    plan.hash_bits_v6 = rule.sticky_bits_v6;
  }
  for (const model::RulePool& listed : rule.pools) {
    const std::uint64_t identity = select::hash(listed.pool->full_name);
    plan.pools.push_back({pools.add(listed.pool), listed.weight, {identity, listed.weight}});
  }
  return plan;
}

Plan in_order(const Plan& as_listed, const Order& order) {
  Plan plan = as_listed;
  plan.sharing = order.sharing;
  plan.leading = order.leading;
  std::ranges::transform(order.entries, plan.pools.begin(), [&](const Order::Entry& entry) {
    return as_listed.pools[entry.position];
  });
  const bool nobody_shares = plan.sharing == Sharing::First || plan.leading == 1;
  if (nobody_shares && !plan.hashes && !plan.pools.empty())
    plan.first_choice = plan.pools.front().pool;
  return plan;
}

// All that makes a difference to a client, so that the scope spans what is answered alike.
std::vector<std::uint32_t> content_of(const Plan& plan) {
  const bool by_weight = plan.sharing == Sharing::Weighted || plan.sharing == Sharing::Sticky;
  std::vector<std::uint32_t> content{
      static_cast<std::uint32_t>(plan.sharing),
      plan.leading,
      static_cast<std::uint32_t>(plan.on_all_down),
      plan.fallback_pool,
      static_cast<std::uint32_t>(plan.no_match),
      plan.hashes ? 1U : 0U,
      plan.hash_bits_v4,
      plan.hash_bits_v6,
  };
  for (const PlanPool& listed : plan.pools) {
    content.push_back(listed.pool);
    content.push_back(by_weight ? listed.weight : 0);
  }
  return content;
}

void add_curiosity(const model::Match& match, Curiosity& curiosity) {
  curiosity.cidrs |= !match.cidrs.empty();
  curiosity.place |= !match.continents.empty() || !match.countries.empty() ||
                     !match.subdivisions.empty() || !match.asns.empty();
  for (const auto& area : match.areas) add_curiosity(*area->match, curiosity);
  if (match.excluded) add_curiosity(*match.excluded, curiosity);
}

}  // namespace

Curiosity curiosity_of(const model::Policy& policy) {
  Curiosity curiosity;
  for (const model::Rule& rule : policy.rules) {
    add_curiosity(rule.match, curiosity);
    curiosity.place |= depends_on_place(rule);
    if (rule.match.everyone()) break;
  }
  return curiosity;
}

Compiler::Compiler(const model::Policy& policy, PoolIndex& pools,
                   const model::OnAllDown& server_default)
    : policy_(policy), sets_(policy) {
  if (policy.no_match == model::NoMatch::Refused) no_match_.no_match = Outcome::Refused;
  for (const model::Rule& rule : policy.rules) {
    rule_plans_.push_back(plan_as_listed(rule, policy, pools, server_default));
  }
}

Plan Compiler::plan_for(const geo::Place& place, const std::vector<bool>& in_set) const {
  NullTrace trace;
  const auto rule = find_rule(policy_, {place, sets_, in_set}, trace);
  if (!rule) return no_match_;
  return in_order(rule_plans_[*rule], order_pools(policy_.rules[*rule], place.coordinates));
}

std::uint32_t Compiler::classify(const geo::Place& place, const std::vector<bool>& in_set) {
  Plan plan = plan_for(place, in_set);
  const auto next = static_cast<std::uint32_t>(plans_.size());
  const auto [entry, is_new] = numbers_.try_emplace(content_of(plan), next);
  if (is_new) plans_.push_back(std::move(plan));
  return entry->second;
}

}  // namespace loadstar::steer
