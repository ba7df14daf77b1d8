#include "read_policy.hpp"

#include <algorithm>
#include <set>

#include "check_policy.hpp"
#include "read_guards.hpp"
#include "read_match.hpp"

namespace loadstar::model {
namespace {

constexpr std::string_view kPoolPrefix = "pool:";
constexpr Range<std::uint32_t> kWeights{0, kMaxWeight};
constexpr Range<std::uint16_t> kPorts{1, 65'535};
constexpr Range<std::uint16_t> kPriorities{1, 65'535};  // 0 is the alias form (RFC 9460 2.4.1)
constexpr Range<std::size_t> kAlpnBytes{1, 255};
constexpr Range<std::uint8_t> kBitsV4{1, 32};
constexpr Range<std::uint8_t> kBitsV6{1, 128};

constexpr std::array<Word<Method>, 5> kMethods{{
    {"failover", Method::Failover},
    {"nearest", Method::Nearest},
    {"weighted", Method::Weighted},
    {"round-robin", Method::RoundRobin},
    {"sticky", Method::Sticky},
}};
constexpr std::array<std::string_view, 1> kLaterMethods{"least-load"};
constexpr std::array<Word<NoMatch>, 2> kNoMatches{
    {{"nodata", NoMatch::NoData}, {"refused", NoMatch::Refused}}};

enum class AnswerType : std::uint8_t { A, Aaaa, Https };
constexpr std::array<Word<AnswerType>, 3> kAnswerTypes{
    {{"A", AnswerType::A}, {"AAAA", AnswerType::Aaaa}, {"HTTPS", AnswerType::Https}}};

std::optional<OnAllDown> read_on_all_down(Context& context, json::Value value) {
  const auto text = context.in.string(value);
  if (!text) return std::nullopt;
  if (text->starts_with(kPoolPrefix)) {
    auto pool = refer(context, value, kPools, text->substr(kPoolPrefix.size()));
    if (pool == nullptr) return std::nullopt;
    return OnAllDown{OnAllDown::Kind::Pool, std::move(pool)};
  }
  for (const auto& [word, kind] : kOnAllDownWords) {
    if (word == *text) return OnAllDown{kind, nullptr};
  }
  context.in.refuse(value, "\"all\", \"last-good\", \"pool:NAME\", \"nodata\" or \"servfail\"");
  return std::nullopt;
}

constexpr std::array<Field<Context, RulePool>, 3> kRulePoolFields{{
    {{"pool", Presence::Required},
     [](Context& context, json::Value value, RulePool& listed) {
       listed.pool = refer(context, value, kPools);
     }},
    {{"weight"},
     [](Context& context, json::Value value, RulePool& listed) {
       set(listed.weight, context.in.whole(value, kWeights));
     }},
    {{"bias"},
     [](Context& context, json::Value value, RulePool& listed) {
       set(listed.bias_km, context.in.distance_km(value));
     }},
}};

void read_rule_pools(Context& context, json::Value value, Rule& rule) {
  std::set<const Pool*> seen;
  for (const json::Value item : context.in.items(value)) {
    RulePool listed;
    if (item.is_object())
      read_object(context, item, kRulePoolFields, listed);
    else
      listed.pool = refer(context, item, kPools);
    if (listed.pool == nullptr) continue;
    if (!seen.insert(listed.pool.get()).second) {
      context.in.error(item, fmt::format("pool \"{}\" is listed twice", listed.pool->name));
    }
    rule.pools.push_back(std::move(listed));
  }
}

constexpr std::array<Field<Context, Rule>, 2> kStickyPrefixFields{{
    {{"ipv4"},
     [](Context& context, json::Value value, Rule& rule) {
       set(rule.sticky_bits_v4, context.in.whole(value, kBitsV4));
     }},
    {{"ipv6"},
     [](Context& context, json::Value value, Rule& rule) {
       set(rule.sticky_bits_v6, context.in.whole(value, kBitsV6));
     }},
}};

void read_rule_name(Context& context, json::Value value, Rule& rule) {
  const auto name = context.in.string(value);
  if (!name) return;
  if (is_identifier(*name))
    rule.name = std::string(*name);
  else
    context.in.refuse(value, "a name of 1 to 63 letters, digits, \"-\", \"_\" or \".\"");
}

constexpr std::array<Field<Context, Rule>, 8> kRuleFields{{
    {{"name"}, read_rule_name},
    {{"match"},
     [](Context& context, json::Value value, Rule& rule) {
       read_match(context, value, rule.match);
     }},
    {{"method"},
     [](Context& context, json::Value value, Rule& rule) {
       set(rule.method, context.in.choice(value, kMethods, kLaterMethods));
     }},
    {{"pools", Presence::Required}, read_rule_pools},
    {{"within"},
     [](Context& context, json::Value value, Rule& rule) {
       set(rule.within_km, context.in.distance_km(value));
     }},
    {{"sticky_prefix"},
     [](Context& context, json::Value value, Rule& rule) {
       read_object(context, value, kStickyPrefixFields, rule);
     }},
    {{"fence"},
     [](Context& context, json::Value value, Rule& rule) {
       set(rule.fence, context.in.boolean(value));
     }},
    {{"on_all_down"},
     [](Context& context, json::Value value, Rule& rule) {
       rule.on_all_down = read_on_all_down(context, value);
     }},
}};

void read_rule(Context& context, json::Value value, Policy& policy) {
  Rule rule;
  rule.where = rule.match.where = context.in.where(value);
  const std::size_t errors = context.in.error_count();
  read_object(context, value, kRuleFields, rule);
  if (context.in.error_count() == errors) check_rule(context, value, rule);
  if (rule.name.empty()) rule.name = fmt::format("rule {}", policy.rules.size() + 1);
  policy.rules.push_back(std::move(rule));
}

void read_rules(Context& context, json::Value value, Policy& policy) {
  if (!value.is_array()) {
    context.in.refuse(value, "a list of rules");
    return;
  }
  for (const json::Value item : context.in.items(value)) read_rule(context, item, policy);
}

void read_alpn(Context& context, json::Value value, HttpsAnswer& https) {
  https.alpn.clear();
  for (const json::Value item : context.in.items(value)) {
    if (const auto id = context.in.text(item, kAlpnBytes)) https.alpn.emplace_back(*id);
  }
}

constexpr std::array<Field<Context, HttpsAnswer>, 3> kHttpsFields{{
    {{"priority"},
     [](Context& context, json::Value value, HttpsAnswer& https) {
       set(https.priority, context.in.whole(value, kPriorities));
     }},
    {{"alpn"}, read_alpn},
    {{"port"},
     [](Context& context, json::Value value, HttpsAnswer& https) {
       set(https.port, context.in.whole(value, kPorts));
     }},
}};

void read_types(Context& context, json::Value value, Policy& policy) {
  std::set<AnswerType> types;
  for (const json::Value item : context.in.items(value)) {
    const auto type = context.in.choice(item, kAnswerTypes);
    if (type) types.insert(*type);
  }
  if (types.contains(AnswerType::A) != types.contains(AnswerType::Aaaa)) {
    context.in.warning(value, "A and AAAA are always answered, whichever of them is listed");
  }
  if (types.contains(AnswerType::Https) && !policy.https) policy.https.emplace();
}

void read_https(Context& context, json::Value value, Policy& policy) {
  if (!policy.https) policy.https.emplace();
  read_object(context, value, kHttpsFields, *policy.https);
}

constexpr std::array<Field<Context, Policy>, 6> kPolicyFields{{
    {{"rules", Presence::Required}, read_rules},
    {{"on_all_down"},
     [](Context& context, json::Value value, Policy& policy) {
       policy.on_all_down = read_on_all_down(context, value);
     }},
    {{"no_match"},
     [](Context& context, json::Value value, Policy& policy) {
       set(policy.no_match, context.in.choice(value, kNoMatches));
     }},
    {{"types"}, read_types},
    {{"https"}, read_https},
    {{"guards"},
     [](Context& context, json::Value value, Policy& policy) {
       read_policy_guards(context, value, policy.guards);
     }},
}};

bool asks_for_https(json::Value policy) {
  const auto types = policy.member("types");
  if (!types) return false;
  if (!types->is_array()) return types->text() == "HTTPS";
  for (const json::Value item : types->children()) {
    if (item.text() == "HTTPS") return true;
  }
  return false;
}

}  // namespace

void read_policy(Context& context, json::Value value, Policy& policy) {
  policy.where = context.in.where(value);
  const std::size_t errors = context.in.error_count();
  read_object(context, value, kPolicyFields, policy);
  const auto https = value.member("https");
  if (https && !asks_for_https(value)) {
    context.in.error(*https, "\"https\" needs \"types\" with \"HTTPS\" in it");
  }
  if (context.in.error_count() != errors) return;
  check_policy(context, value, policy);
  check_guards(context, value, policy);
}

std::vector<std::string_view> policy_keys() { return names_of(kPolicyFields); }
std::vector<std::string_view> rule_keys() { return names_of(kRuleFields); }
std::vector<std::string_view> rule_pool_keys() { return names_of(kRulePoolFields); }
std::vector<std::string_view> sticky_prefix_keys() { return names_of(kStickyPrefixFields); }
std::vector<std::string_view> https_keys() { return names_of(kHttpsFields); }

std::shared_ptr<Policy> policy_of(std::shared_ptr<const Pool> pool) {
  auto policy = std::make_shared<Policy>();
  policy->name = pool->name;
  policy->where = pool->where;
  Rule& rule = policy->rules.emplace_back();
  rule.name = "rule 1";
  rule.where = rule.match.where = pool->where;
  rule.pools.push_back({std::move(pool)});
  return policy;
}

std::vector<std::shared_ptr<const Pool>> pools_of(const Policy& policy) {
  std::vector<std::shared_ptr<const Pool>> pools;
  std::set<const Pool*> seen;
  const auto take = [&](const std::shared_ptr<const Pool>& pool) {
    if (pool != nullptr && seen.insert(pool.get()).second) pools.push_back(pool);
  };
  for (const Rule& rule : policy.rules) {
    for (const RulePool& listed : rule.pools) take(listed.pool);
    if (rule.on_all_down) take(rule.on_all_down->pool);
  }
  if (policy.on_all_down) take(policy.on_all_down->pool);
  return pools;
}

}  // namespace loadstar::model
