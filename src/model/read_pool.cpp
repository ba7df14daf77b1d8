#include "read_pool.hpp"

#include <algorithm>
#include <set>

#include "read_guards.hpp"
#include "read_maintenance.hpp"
#include "read_monitor.hpp"

namespace loadstar::model {
namespace {

constexpr Range<std::uint32_t> kWeights{0, kMaxWeight};
constexpr Range<std::uint32_t> kAnswers{1, kMaxEndpoints};

constexpr std::array<Word<Balance>, 6> kBalances{{
    {"round-robin", Balance::RoundRobin},
    {"weighted", Balance::Weighted},
    {"least-connection", Balance::LeastConnection},
    {"ip-hash", Balance::IpHash},
    {"all", Balance::All},
    {"first", Balance::First},
}};
constexpr std::array<Word<AdminState>, 4> kStates{{
    {"auto", AdminState::Auto},
    {"up", AdminState::Up},
    {"down", AdminState::Down},
    {"drain", AdminState::Drain},
}};

void read_id(Context& context, json::Value value, Endpoint& endpoint) {
  const auto id = context.in.string(value);
  if (!id) return;
  if (is_identifier(*id))
    endpoint.id = std::string(*id);
  else
    context.in.refuse(value, "an id of 1 to 63 letters, digits, \"-\", \"_\" or \".\"");
}

void read_target(Context& context, json::Value value, Endpoint& endpoint) {
  const auto target = context.in.domain_name(value);
  if (!target) return;
  endpoint.cname = completed(*target, context.origin);
  if (!context.origin.empty() || endpoint.cname == *target) return;
  context.in.error(value, fmt::format("\"{}\" has no final dot: a library has no zone to complete "
                                      "it with",
                                      *target));
}

constexpr std::array<Field<Context, Endpoint>, 8> kEndpointFields{{
    {{"id"}, read_id},
    {{"a"},
     [](Context& context, json::Value value, Endpoint& endpoint) {
       endpoint.a = context.in.address(value, base::Family::V4);
     }},
    {{"aaaa"},
     [](Context& context, json::Value value, Endpoint& endpoint) {
       endpoint.aaaa = context.in.address(value, base::Family::V6);
     }},
    {{"cname"}, read_target},
    {{"weight"},
     [](Context& context, json::Value value, Endpoint& endpoint) {
       set(endpoint.weight, context.in.whole(value, kWeights));
     }},
    {{"state"},
     [](Context& context, json::Value value, Endpoint& endpoint) {
       set(endpoint.state, context.in.choice(value, kStates));
     }},
    {{"probe"},
     [](Context& context, json::Value value, Endpoint& endpoint) {
       endpoint.probe = context.in.endpoint(value, 0);
     }},
    {{"maintenance"},
     [](Context& context, json::Value value, Endpoint& endpoint) {
       read_maintenance(context, value, endpoint.maintenance);
     }},
}};

void check_endpoint(Context& context, json::Value value) {
  const bool addressed = value.member("a") || value.member("aaaa");
  const bool named = value.member("cname").has_value();
  if (addressed && named) {
    context.in.error(value, "an endpoint has addresses or a \"cname\", not both");
  }
  if (!addressed && !named) {
    context.in.error(value, "an endpoint needs \"a\", \"aaaa\" or \"cname\"");
  }
}

void read_endpoint(Context& context, json::Value value, Pool& pool) {
  Endpoint endpoint;
  endpoint.where = context.in.where(value);
  if (read_object(context, value, kEndpointFields, endpoint)) check_endpoint(context, value);
  if (endpoint.id.empty()) endpoint.id = std::to_string(pool.endpoints.size() + 1);
  pool.endpoints.push_back(std::move(endpoint));
}

void read_endpoints(Context& context, json::Value value, Pool& pool) {
  if (!value.is_array()) {
    context.in.refuse(value, "a list of endpoints");
    return;
  }
  const auto items = context.in.items(value);
  const std::size_t count = items.count();
  if (count > kMaxEndpoints) {
    return context.in.error(
        value, fmt::format("{} endpoints are more than the {} of a pool", count, kMaxEndpoints));
  }
  for (const json::Value item : items) read_endpoint(context, item, pool);
}

void read_pool_monitor(Context& context, json::Value value, Pool& pool) {
  if (!value.is_object()) {
    pool.monitor = refer(context, value, kMonitors);
    return;
  }
  auto monitor = std::make_shared<Monitor>();
  monitor->name = pool.name;
  read_monitor(context, value, *monitor);
  pool.monitor = std::move(monitor);
}

constexpr std::array<Field<Context, Pool>, 9> kPoolFields{{
    {{"region"},
     [](Context& context, json::Value value, Pool& pool) {
       pool.region = refer(context, value, kRegions);
     }},
    {{"monitor"}, read_pool_monitor},
    {{"balance"},
     [](Context& context, json::Value value, Pool& pool) {
       set(pool.balance, context.in.choice(value, kBalances));
     }},
    {{"min_up"},
     [](Context& context, json::Value value, Pool& pool) {
       set(pool.min_up, context.in.count_or_share(value));
     }},
    {{"answers"},
     [](Context& context, json::Value value, Pool& pool) {
       set(pool.answers, context.in.whole(value, kAnswers));
     }},
    {{"endpoints", Presence::Required}, read_endpoints},
    {{"load", Presence::Optional, kNotYet}},
    {{"maintenance"},
     [](Context& context, json::Value value, Pool& pool) {
       read_maintenance(context, value, pool.maintenance);
     }},
    {{"guards"},
     [](Context& context, json::Value value, Pool& pool) {
       read_pool_guards(context, value, pool.guards);
     }},
}};

// Reports what two endpoints of a pool share: ids, addresses, targets.
void check_repeated(Context& context, const Pool& pool) {
  std::map<std::string, std::string, std::less<>> owners;
  for (const Endpoint& endpoint : pool.endpoints) {
    std::vector<std::string> values;
    if (endpoint.a) values.push_back(endpoint.a->to_string());
    if (endpoint.aaaa) values.push_back(endpoint.aaaa->to_string());
    if (!endpoint.cname.empty()) values.push_back(endpoint.cname);
    for (const std::string& value : values) {
      const auto [first, fresh] = owners.try_emplace(value, endpoint.id);
      if (fresh) continue;
      context.in.error(endpoint.where, fmt::format("\"{}\" is given to endpoint \"{}\" already",
                                                   value, first->second));
    }
  }
  std::set<std::string_view> ids;
  for (const Endpoint& endpoint : pool.endpoints) {
    if (ids.insert(endpoint.id).second) continue;
    context.in.error(endpoint.where, fmt::format("endpoint id \"{}\" is given twice", endpoint.id));
  }
}

void check_probed_ports(Context& context, const Pool& pool) {
  if (pool.monitor->is_combination() || !has_no_port(pool.monitor->type)) return;
  for (const Endpoint& endpoint : pool.endpoints) {
    if (!endpoint.probe || endpoint.probe->port == 0) continue;
    context.in.error(endpoint.where,
                     fmt::format("\"probe\" names a port, and \"{}\" monitors have none",
                                 to_string(pool.monitor->type)));
  }
}

void check_targets(Context& context, const Pool& pool) {
  const auto is_target = [](const Endpoint& endpoint) { return !endpoint.cname.empty(); };
  const auto has_address = [](const Endpoint& endpoint) { return endpoint.a || endpoint.aaaa; };
  if (std::ranges::any_of(pool.endpoints, is_target) &&
      std::ranges::any_of(pool.endpoints, has_address)) {
    context.in.error(pool.where, "a pool has endpoints with addresses or with \"cname\", not both");
  }
  if (pool.monitor == nullptr) return;
  check_probed_ports(context, pool);
  for (const Endpoint& endpoint : pool.endpoints) {
    if (!is_target(endpoint) || endpoint.probe) continue;
    context.in.error(endpoint.where,
                     "a \"cname\" endpoint with a monitor needs \"probe\": the address to probe");
  }
}

// A family that is always below min_up takes the whole pool down.
void check_min_up(Context& context, json::Value value, const Pool& pool) {
  const auto* count = std::get_if<std::uint32_t>(&pool.min_up);
  const auto given = value.member("min_up");
  if (count == nullptr || !given) return;
  const auto check = [&](auto has, std::string_view what) {
    const auto there = std::ranges::count_if(pool.endpoints, has);
    if (there == 0 || *count <= static_cast<std::uint64_t>(there)) return true;
    context.in.error(
        *given, fmt::format("{} is more than the pool has endpoints{}: {}", *count, what, there));
    return false;
  };
  if (!check([](const Endpoint&) { return true; }, "")) return;
  if (!check([](const Endpoint& endpoint) { return endpoint.a.has_value(); }, " with \"a\""))
    return;
  check([](const Endpoint& endpoint) { return endpoint.aaaa.has_value(); }, " with \"aaaa\"");
}

}  // namespace

void read_pool(Context& context, json::Value value, Pool& pool) {
  pool.where = context.in.where(value);
  pool.full_name = pool.name;
  if (!context.origin.empty()) {
    const std::string_view origin = context.origin;
    pool.full_name = fmt::format("{}/{}", origin.substr(0, origin.size() - 1), pool.name);
  }
  const std::size_t errors = context.in.error_count();
  read_object(context, value, kPoolFields, pool);
  if (context.in.error_count() != errors) return;
  check_repeated(context, pool);
  check_targets(context, pool);
  check_min_up(context, value, pool);
  check_guards(context, value, pool);
}

std::vector<std::string_view> pool_keys() { return names_of(kPoolFields); }
std::vector<std::string_view> endpoint_keys() { return names_of(kEndpointFields); }

}  // namespace loadstar::model
