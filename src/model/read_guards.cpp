#include "read_guards.hpp"

#include <algorithm>
#include <set>

#include "read_policy.hpp"

namespace loadstar::model {
namespace {

using namespace std::chrono_literals;

constexpr Range<base::Duration> kWithin{1s, 24h};
constexpr Range<std::uint32_t> kRegions{1, 1000};
// Absorbs what multiplying a decimal share leaves over.
constexpr double kShareSlack = 1e-9;

void read_panic(Context& context, json::Value value, PoolGuards& guards) {
  const auto read = context.in.count_or_share(value);
  if (!read) return;
  if (const auto* share = std::get_if<double>(&*read))
    guards.panic_below = *share;
  else
    context.in.refuse(value, "a share such as \"30%\" or 0.3");
}

constexpr std::array<Field<Context, MaxRemoved>, 2> kMaxRemovedFields{{
    {{"most", Presence::Required},
     [](Context& context, json::Value value, MaxRemoved& removed) {
       set(removed.most, context.in.count_or_share(value));
     }},
    {{"within", Presence::Required},
     [](Context& context, json::Value value, MaxRemoved& removed) {
       set(removed.within, context.in.duration(value, kWithin));
     }},
}};

constexpr std::array<Field<Context, PoolGuards>, 2> kPoolFields{{
    {{"panic_below"}, read_panic},
    {{"max_removed"},
     [](Context& context, json::Value value, PoolGuards& guards) {
       read_object(context, value, kMaxRemovedFields, guards.max_removed.emplace());
     }},
}};

constexpr std::array<Field<Context, PolicyGuards>, 1> kPolicyFields{{
    {{"min_regions_up"},
     [](Context& context, json::Value value, PolicyGuards& guards) {
       set(guards.min_regions_up, context.in.whole(value, kRegions));
     }},
}};

bool is_not_withdrawn(const Endpoint& endpoint) {
  return endpoint.state == AdminState::Auto || endpoint.state == AdminState::Up;
}

}  // namespace

void read_pool_guards(Context& context, json::Value value, PoolGuards& guards) {
  read_object(context, value, kPoolFields, guards);
}

void read_policy_guards(Context& context, json::Value value, PolicyGuards& guards) {
  read_object(context, value, kPolicyFields, guards);
}

void check_guards(Context& context, json::Value value, const Pool& pool) {
  if (!pool.guards.panic_below) return;
  const auto left = std::ranges::count_if(pool.endpoints, is_not_withdrawn);
  const double least = *pool.guards.panic_below * static_cast<double>(pool.endpoints.size());
  if (static_cast<double>(left) >= least - kShareSlack) return;
  context.in.error(*value.member("guards")->member("panic_below"),
                   fmt::format("the file itself leaves {} of {} endpoints, less than {:g}%", left,
                               pool.endpoints.size(), *pool.guards.panic_below * 100));
}

void check_guards(Context& context, json::Value value, const Policy& policy) {
  if (policy.guards.min_regions_up == 0) return;
  std::set<std::string_view> regions;
  for (const auto& pool : pools_of(policy)) {
    if (pool->region != nullptr && std::ranges::any_of(pool->endpoints, is_not_withdrawn))
      regions.insert(pool->region->name);
  }
  if (regions.size() >= policy.guards.min_regions_up) return;
  context.in.error(*value.member("guards")->member("min_regions_up"),
                   fmt::format("{} is more than the regions that the policy has in use: {}",
                               policy.guards.min_regions_up, regions.size()));
}

std::vector<std::string_view> pool_guards_keys() { return names_of(kPoolFields); }
std::vector<std::string_view> max_removed_keys() { return names_of(kMaxRemovedFields); }
std::vector<std::string_view> policy_guards_keys() { return names_of(kPolicyFields); }

}  // namespace loadstar::model
