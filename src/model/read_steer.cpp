#include "read_steer.hpp"

#include <algorithm>

#include "read_policy.hpp"
#include "read_pool.hpp"

namespace loadstar::model {
namespace {

// No definition can have a name with a colon, so these are unique.
constexpr std::string_view kInlinePrefix = "steer:";

std::optional<Steer> refer_to_policy(Context& context, json::Value value) {
  const std::string_view name = value.text();
  const bool is_pool = find(context.definitions, kPolicies, name) == nullptr &&
                       find(context.definitions, kPools, name) != nullptr;
  if (is_pool) {
    context.in.error(value,
                     fmt::format("\"{0}\" is a pool; \"steer\" names a policy, or holds one: "
                                 "{{\"rules\": [{{\"pools\": [\"{0}\"]}}]}}",
                                 name));
    return std::nullopt;
  }
  auto policy = refer(context, value, kPolicies);
  if (policy == nullptr) return std::nullopt;
  return Steer{std::move(policy), context.in.where(value)};
}

std::shared_ptr<const Policy> read_inline_pool(Context& context, json::Value value,
                                               std::string name) {
  auto pool = std::make_shared<Pool>();
  pool->name = std::move(name);
  read_pool(context, value, *pool);
  return policy_of(std::move(pool));
}

std::shared_ptr<const Policy> read_inline_policy(Context& context, json::Value value,
                                                 std::string name) {
  auto policy = std::make_shared<Policy>();
  policy->name = std::move(name);
  read_policy(context, value, *policy);
  return policy;
}

bool has_targets(const Policy& policy) {
  const auto pools = pools_of(policy);
  return std::ranges::any_of(pools, [](const auto& pool) {
    return std::ranges::any_of(pool->endpoints,
                               [](const Endpoint& endpoint) { return !endpoint.cname.empty(); });
  });
}

bool is_answered(const Policy& policy, std::string_view type) {
  return type == "A" || type == "AAAA" || type == "CNAME" || (type == "HTTPS" && policy.https);
}

void check_neighbor(Context& context, json::Value type, const Owner& owner, bool apex) {
  const Policy& policy = *owner.steer->policy;
  if (is_answered(policy, type.key())) {
    context.in.error_at_key(
        type, fmt::format("{} cannot stand beside \"steer\", which answers it", type.key()));
  } else if (type.key() == "NS" && !apex) {
    context.in.error_at_key(
        type, "NS beside \"steer\" hands the name to other servers: it would never be steered");
  } else if (has_targets(policy) && !apex) {
    context.in.error_at_key(type, fmt::format("{} cannot stand beside a \"steer\" with \"cname\" "
                                              "endpoints: a CNAME stands alone",
                                              type.key()));
  }
}

}  // namespace

std::optional<Steer> read_steer(Context& context, json::Value value, std::string_view owner) {
  if (value.is_string()) return refer_to_policy(context, value);
  if (!value.is_object()) return context.in.refuse(value, "a policy's name, a policy or a pool");
  std::string name = fmt::format("{}{}", kInlinePrefix, owner);
  if (value.member("rules")) {
    return Steer{read_inline_policy(context, value, std::move(name)), context.in.where(value)};
  }
  if (value.member("endpoints")) {
    return Steer{read_inline_pool(context, value, std::move(name)), context.in.where(value)};
  }
  context.in.error(value,
                   "\"steer\" needs \"rules\", which make a policy, or \"endpoints\", which "
                   "make a pool");
  return std::nullopt;
}

void check_steer(Context& context, json::Value member, const Owner& owner) {
  const bool apex = completed(owner.name, context.origin) == context.origin;
  if (apex && has_targets(*owner.steer->policy)) {
    context.in.error(
        owner.steer->where,
        "\"cname\" endpoints cannot be steered at the zone's apex: a CNAME stands alone");
  }
  for (const json::Value type : member.children()) {
    if (type.key() == "ttl" || type.key() == "steer") continue;
    check_neighbor(context, type, owner, apex);
  }
}

}  // namespace loadstar::model
