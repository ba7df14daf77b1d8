#include "check_policy.hpp"

#include <algorithm>
#include <set>

#include "read_match.hpp"
#include "read_policy.hpp"

namespace loadstar::model {
namespace {

/// Families that a pool answers.
struct Families {
  bool v4 = false;
  bool v6 = false;
  bool cname = false;
  friend bool operator==(const Families&, const Families&) = default;
};

Families families_of(const Pool& pool) {
  Families families;
  for (const Endpoint& endpoint : pool.endpoints) {
    families.v4 |= endpoint.a.has_value();
    families.v6 |= endpoint.aaaa.has_value();
    families.cname |= !endpoint.cname.empty();
  }
  return families;
}

std::string_view in_words(const Families& families) {
  if (families.cname) return "a CNAME";
  if (families.v4 && families.v6) return "A and AAAA";
  return families.v4 ? "A only" : "AAAA only";
}

// RFC 7871 section 7.4: a negative answer may be taken as valid for every client.
void warn_of_families(Context& context, const Policy& policy) {
  const auto pools = pools_of(policy);
  const auto differs = std::ranges::find_if(
      pools, [&](const auto& pool) { return families_of(*pool) != families_of(*pools.front()); });
  if (differs == pools.end()) return;
  context.in.warning(
      policy.where,
      fmt::format("pool \"{}\" has {}, but pool \"{}\" has {}: resolvers may take the negative "
                  "answer of one for all clients",
                  pools.front()->name, in_words(families_of(*pools.front())), (*differs)->name,
                  in_words(families_of(**differs))));
}

void check_shadowed(Context& context, const Policy& policy) {
  for (std::size_t later = 1; later < policy.rules.size(); ++later) {
    const auto end = policy.rules.begin() + static_cast<std::ptrdiff_t>(later);
    const auto earlier = std::find_if(policy.rules.begin(), end, [&](const Rule& rule) {
      return covers(rule.match, policy.rules[later].match);
    });
    if (earlier == end) continue;
    context.in.error(
        policy.rules[later].where,
        fmt::format("\"{}\" can never decide: \"{}\" before it matches all its clients",
                    policy.rules[later].name, earlier->name));
  }
}

void check_rule_names(Context& context, const Policy& policy) {
  std::set<std::string_view> names;
  for (const Rule& rule : policy.rules) {
    if (names.insert(rule.name).second) continue;
    context.in.error(rule.where, fmt::format("rule \"{}\" is named twice", rule.name));
  }
}

void check_remainder(Context& context, json::Value value, const Policy& policy) {
  const auto no_match = value.member("no_match");
  const bool all_taken = policy.rules.back().match.everyone();
  if (all_taken && no_match) {
    context.in.warning(*no_match, "\"no_match\" is never used: the last rule matches every client");
  }
  if (all_taken || no_match) return;
  context.in.error(
      policy.rules.back().where,
      "the last rule does not match every client; leave out its \"match\", add a rule, "
      "or give the policy \"no_match\": \"nodata\" or \"refused\"");
}

void warn_of_idle_keys(Context& context, json::Value value, const Rule& rule) {
  const auto within = value.member("within");
  if (within && rule.method != Method::Nearest) {
    context.in.warning(*within, "\"within\" is used by method \"nearest\" only");
  }
  const bool biased =
      std::ranges::any_of(rule.pools, [](const RulePool& listed) { return listed.bias_km > 0; });
  if (biased && rule.method != Method::Nearest) {
    context.in.warning(rule.where, "\"bias\" is used by method \"nearest\" only");
  }
}

void check_coordinates(Context& context, const Rule& rule) {
  if (rule.method != Method::Nearest || rule.pools.size() == 1) return;
  for (const RulePool& listed : rule.pools) {
    if (listed.pool->region != nullptr && listed.pool->region->coordinates) continue;
    context.in.warning(
        rule.where, fmt::format("pool \"{}\" has no region with coordinates: \"nearest\" puts it "
                                "behind those that have",
                                listed.pool->name));
  }
}

}  // namespace

void check_rule(Context& context, json::Value value, const Rule& rule) {
  warn_of_idle_keys(context, value, rule);
  check_coordinates(context, rule);
  const bool weightless =
      !rule.pools.empty() &&
      std::ranges::all_of(rule.pools, [](const RulePool& listed) { return listed.weight == 0; });
  if (weightless) context.in.error(rule.where, "every pool of the rule has weight 0");
}

void check_policy(Context& context, json::Value value, const Policy& policy) {
  check_rule_names(context, policy);
  check_shadowed(context, policy);
  check_remainder(context, value, policy);
  warn_of_families(context, policy);
}

}  // namespace loadstar::model
