#include "loadstar/health/target.hpp"

#include <fmt/format.h>
#include <functional>
#include <string>
#include <string_view>
#include <tuple>

#include "loadstar/select/hash.hpp"

namespace loadstar::health {
namespace {

std::optional<Target> target_at(const model::Pool& pool, const std::optional<base::Address>& own,
                                const std::optional<base::Endpoint>& instead) {
  if (instead) {
    const std::uint16_t port = instead->port != 0 ? instead->port : pool.monitor->port;
    return Target{pool.monitor, {instead->address, port}};
  }
  if (!own) return std::nullopt;
  return Target{pool.monitor, {*own, pool.monitor->port}};
}

EndpointTargets targets_of(const model::Pool& pool, const model::Endpoint& endpoint) {
  EndpointTargets targets;
  if (endpoint.a || !endpoint.cname.empty())
    targets.v4 = target_at(pool, endpoint.a, endpoint.probe);
  if (endpoint.aaaa) targets.v6 = target_at(pool, endpoint.aaaa, endpoint.probe);
  return targets;
}

auto judgment(const model::Monitor& monitor) {
  return std::tie(monitor.interval, monitor.timeout, monitor.fall, monitor.rise, monitor.recheck,
                  monitor.flap, monitor.quorum);
}

}  // namespace

bool asks_the_same(const Target& left, const Target& right) noexcept {
  const model::Monitor& one = *left.monitor;
  const model::Monitor& other = *right.monitor;
  return left.address == right.address && one.type == other.type &&
         (!speaks_http(one.type) || one.http == other.http) &&
         (!speaks_tls(one.type) || one.tls == other.tls);
}

std::string question_of(const Target& target) {
  const model::Monitor& monitor = *target.monitor;
  std::string asked;
  const auto add = [&](std::string_view text) {
    asked.append(std::to_string(text.size())).append(":").append(text);
  };
  if (speaks_http(monitor.type)) {
    for (const auto& text :
         {monitor.http.method, monitor.http.path, monitor.http.host, monitor.http.expect.body})
      add(text);
    for (const auto& [name, value] : monitor.http.headers) {
      add(name);
      add(value);
    }
    for (const model::StatusRange& range : monitor.http.expect.status)
      add(std::to_string(range.first) + '-' + std::to_string(range.last));
  }
  if (speaks_tls(monitor.type)) {
    const model::TlsExpectation& tls = monitor.tls;
    for (const auto& text : {tls.server_name, tls.ca_file, std::to_string(tls.min_days_left)})
      add(text);
    add(tls.verify ? "verified" : "");
  }
  return fmt::format("{} {} {:016x}", to_string(monitor.type), target.address.to_string(),
                     select::hash(asked));
}

TargetKey key_of(const Target& target) {
  const model::Monitor& monitor = *target.monitor;
  const select::FlapLimits& flap = monitor.flap;
  const double quorum =
      std::visit([](auto number) { return static_cast<double>(number); }, monitor.quorum);
  const std::string text =
      fmt::format("{} {} {} {} {} {} {} {} {} {} {} {}", question_of(target),
                  monitor.interval.count(), monitor.timeout.count(), monitor.fall, monitor.rise,
                  monitor.recheck, flap.changes, flap.within.count(), flap.hold.count(),
                  flap.max_hold.count(), monitor.quorum.index(), quorum);
  return TargetKey{select::hash(text)};
}

bool operator==(const Target& left, const Target& right) noexcept {
  return asks_the_same(left, right) && judgment(*left.monitor) == judgment(*right.monitor);
}

std::size_t TargetHash::operator()(const Target& target) const noexcept {
  const auto bytes = target.address.address.bytes();
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const auto rest = static_cast<std::size_t>(target.address.port) << 8 |
                    static_cast<std::size_t>(target.monitor->type);
  return std::hash<std::string_view>{}(text) ^ rest * 0x9e3779b97f4a7c15ULL;
}

std::vector<EndpointTargets> targets_of(const model::Pool& pool) {
  std::vector<EndpointTargets> targets(pool.endpoints.size());
  if (pool.monitor == nullptr) return targets;
  for (std::size_t i = 0; i < targets.size(); ++i) targets[i] = targets_of(pool, pool.endpoints[i]);
  return targets;
}

}  // namespace loadstar::health
