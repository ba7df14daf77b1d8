#include "loadstar/health/target.hpp"

#include <fmt/format.h>
#include <functional>
#include <string>
#include <string_view>
#include <tuple>

#include "loadstar/select/hash.hpp"

namespace loadstar::health {
namespace {

using MonitorShare = std::shared_ptr<const model::Monitor>;

/// Where an endpoint is probed for one of its families.
struct Place {
  base::Address address;
  std::uint16_t port = 0;  ///< 0 = the monitor's
};

std::optional<Place> place_of(const std::optional<base::Address>& own,
                              const std::optional<base::Endpoint>& instead) {
  if (instead) return Place{instead->address, instead->port};
  return own ? std::optional(Place{*own}) : std::nullopt;
}

Target target_at(const MonitorShare& monitor, const Place& place) {
  const bool names_port = place.port != 0 && !has_no_port(monitor->type);
  return {monitor, {place.address, names_port ? place.port : monitor->port}};
}

Condition condition_at(const MonitorShare& monitor, const Place& place) {
  if (!monitor->is_combination())
    return {.at_least = 1, .targets = {target_at(monitor, place)}, .nested = {}};
  Condition condition{.at_least = monitor->combination.at_least, .targets = {}, .nested = {}};
  for (const auto& member : monitor->combination.of) {
    if (member->is_combination())
      condition.nested.push_back(condition_at(member, place));
    else
      condition.targets.push_back(target_at(member, place));
  }
  return condition;
}

std::optional<Condition> condition_of(const model::Pool& pool,
                                      const std::optional<base::Address>& own,
                                      const std::optional<base::Endpoint>& instead) {
  const auto place = place_of(own, instead);
  return place ? std::optional(condition_at(pool.monitor, *place)) : std::nullopt;
}

EndpointTargets targets_of(const model::Pool& pool, const model::Endpoint& endpoint) {
  EndpointTargets targets;
  if (endpoint.a || !endpoint.cname.empty())
    targets.v4 = condition_of(pool, endpoint.a, endpoint.probe);
  if (endpoint.aaaa) targets.v6 = condition_of(pool, endpoint.aaaa, endpoint.probe);
  return targets;
}

/// What is asked, as a text that is the same in every run and release. What a monitor does not use
/// adds nothing, so that a key which is new leaves older questions as they were.
class Asked {
 public:
  void add(std::string_view text) {
    text_.append(std::to_string(text.size())).append(":").append(text);
  }
  void add_if_any(std::string_view key, std::string_view text) {
    if (text.empty()) return;
    add(key);
    add(text);
  }

  void add(const model::HttpRequest& http) {
    for (const auto& text : {http.method, http.path, http.host, http.expect.body}) add(text);
    for (const auto& [name, value] : http.headers) {
      add(name);
      add(value);
    }
    for (const model::StatusRange& range : http.expect.status)
      add(std::to_string(range.first) + '-' + std::to_string(range.last));
    add_if_any("body_regex", http.expect.body_regex);
    if (http.weight_from == model::WeightFrom::Body) add("weight_from body");
    if (http.follow_redirects != 0)
      add_if_any("follow_redirects", std::to_string(http.follow_redirects));
  }

  void add(const model::TlsExpectation& tls) {
    for (const auto& text : {tls.server_name, tls.ca_file, std::to_string(tls.min_days_left)})
      add(text);
    add(tls.verify ? "verified" : "");
  }

  void add(const model::TcpExchange& tcp) {
    add_if_any("send", tcp.send);
    add_if_any("expect", tcp.expect);
  }

  void add(const model::DnsCheck& dns) {
    add(dns.query.name);
    add(dns.query.type);
    if (dns.query.recursion) add("recursion");
    for (const std::uint16_t rcode : dns.expect.rcodes) add(std::to_string(rcode));
    if (dns.expect.match == model::DnsExpectation::Match::AllOf) add("all_of");
    for (const model::WantedRdata& wanted : dns.expect.rdata) add_if_any("rdata", wanted.text);
  }

  [[nodiscard]] std::uint64_t hash() const { return select::hash(text_); }

 private:
  std::string text_;
};

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
         (!speaks_tls(one.type) || one.tls == other.tls) && one.tcp == other.tcp &&
         one.dns == other.dns && one.command == other.command && one.feed == other.feed;
}

std::string to_string(const Target& target) {
  if (target.address.port == 0) return target.address.address.to_string();
  return target.address.to_string();
}

std::string question_of(const Target& target) {
  const model::Monitor& monitor = *target.monitor;
  Asked asked;
  if (speaks_http(monitor.type)) asked.add(monitor.http);
  if (speaks_tls(monitor.type)) asked.add(monitor.tls);
  asked.add(monitor.tcp);
  if (monitor.type == model::MonitorType::Dns) asked.add(monitor.dns);
  for (const std::string& word : monitor.command) asked.add(word);
  asked.add_if_any("file", monitor.feed);
  return fmt::format("{} {} {:016x}", to_string(monitor.type), to_string(target), asked.hash());
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
