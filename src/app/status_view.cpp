#include "status_view.hpp"

#include <fmt/format.h>

#include "loadstar/answer/policy_uses.hpp"
#include "loadstar/answer/snapshot.hpp"
#include "loadstar/health/ruling.hpp"

namespace loadstar::app {
namespace {

/// What is drained by and by is draining, though it is up for some of its clients.
control::AddressState state_of(const steer::EndpointState& state, steer::Liveness liveness) {
  if (liveness == steer::Liveness::Up && state.withdrawn) return control::AddressState::Draining;
  switch (liveness) {
    case steer::Liveness::Up: return control::AddressState::Up;
    case steer::Liveness::Draining: return control::AddressState::Draining;
    case steer::Liveness::Down: return control::AddressState::Down;
  }
  return control::AddressState::Down;
}

std::string reason(const model::Pool& pool, const model::Endpoint& endpoint,
                   const health::BoardEntry* entry) {
  if (endpoint.state != model::AdminState::Auto) {
    return fmt::format("state \"{}\" in the zone file", model::to_string(endpoint.state));
  }
  if (pool.monitor == nullptr) return "no monitor";
  if (entry == nullptr)
    return fmt::format("monitor \"{}\" has no address to probe", pool.monitor->name);
  const bool is_known = entry->status.verdict() != health::Verdict::Unknown;
  return fmt::format("monitor \"{}\"{}", pool.monitor->name, is_known ? "" : ", no verdict yet");
}

void add_probes(const health::BoardEntry& entry, const Now& now, control::AddressStatus& status) {
  const health::Status& probed = entry.status;
  status.probe = probed.last_text;
  status.probe_latency = probed.last_latency;
  status.probes = probed.probes;
  status.failures = probed.failures;
  status.transitions = probed.transitions;
  if (probed.last_probed != base::TimePoint{})
    status.next_probe = now.to_system(probed.last_probed + entry.target.monitor->interval);
  if (probed.verdict() == health::Verdict::Unknown) return;
  status.real = probed.verdict() == health::Verdict::Up ? control::AddressState::Up
                                                        : control::AddressState::Down;
  status.since = now.to_system(probed.since);
  if (now.steady < probed.flap.held_until) {
    status.held_until = now.to_system(probed.flap.held_until);
    status.why += ", held down for changing too often";
  }
}

health::SystemTime milliseconds(const Now& now) {
  return std::chrono::floor<std::chrono::milliseconds>(now.system);
}

control::RulingStatus ruling_status(const health::Ruling& ruling) {
  const bool is_override = ruling.source == health::Ruling::Source::Override;
  return {.source = is_override ? "override" : "maintenance",
          .target = ruling.target,
          .state = std::string(model::to_string(ruling.state)),
          .author = ruling.author,
          .why = ruling.why,
          .since = ruling.since,
          .until = ruling.until};
}

/// From when on no resolver can hold an address that a ruling takes away. A second more than the
/// TTLs say, for the answers that were on their way.
control::SystemTime quiet_at(const health::Ruling& ruling, const model::Ttl& ttl) {
  const bool takes_away =
      ruling.state == model::AdminState::Drain || ruling.state == model::AdminState::Down;
  if (!takes_away) return {};
  return std::max(ruling.least_ttl_since + std::chrono::seconds(ttl.max),
                  ruling.gone_at + std::chrono::seconds(ttl.min)) +
         std::chrono::seconds(1);
}

/// Of one pool.
class PoolReport {
 public:
  PoolReport(const steer::PoolView& view, const health::Board& health,
             const health::Overrides& overrides, const model::Ttl& ttl, const Now& now)
      : view_(view),
        health_(health),
        overrides_(overrides),
        ttl_(ttl),
        now_(now),
        targets_(health::targets_of(view.pool())) {}

  [[nodiscard]] control::PoolStatus make() && {
    const model::Pool& pool = view_.pool();
    control::PoolStatus status{.name = pool.full_name,
                               .region = pool.region == nullptr ? "" : pool.region->name,
                               .usable = view_.usable_in_full(),
                               .addresses = {}};
    for (std::size_t i = 0; i < pool.endpoints.size(); ++i) add_endpoint(i, status.addresses);
    return status;
  }

 private:
  void add_endpoint(std::size_t index, std::vector<control::AddressStatus>& out) const {
    const model::Endpoint& endpoint = view_.pool().endpoints[index];
    const steer::EndpointState& state = view_.states()[index];
    const health::EndpointTargets& targets = targets_[index];
    if (!endpoint.cname.empty())
      out.push_back(address(index, endpoint.cname, state.v4, targets.v4));
    if (endpoint.a) out.push_back(address(index, endpoint.a->to_string(), state.v4, targets.v4));
    if (endpoint.aaaa)
      out.push_back(address(index, endpoint.aaaa->to_string(), state.v6, targets.v6));
  }

  [[nodiscard]] control::AddressStatus address(std::size_t index, std::string text,
                                               steer::Liveness liveness,
                                               const std::optional<health::Target>& target) const {
    const auto id = target ? health_.find(*target) : std::nullopt;
    const health::BoardEntry* const entry = id ? health_.entry(*id) : nullptr;
    const model::Endpoint& endpoint = view_.pool().endpoints[index];
    const steer::EndpointState& state = view_.states()[index];
    control::AddressStatus status;
    status.endpoint = endpoint.id;
    status.address = std::move(text);
    status.state = state_of(state, liveness);
    status.share_percent = state.share_percent;
    status.why = reason(view_.pool(), endpoint, entry);
    if (entry != nullptr) add_probes(*entry, now_, status);
    add_ruling(endpoint, status);
    return status;
  }

  void add_ruling(const model::Endpoint& endpoint, control::AddressStatus& status) const {
    const auto outlook = health::outlook(overrides_, view_.pool(), endpoint, milliseconds(now_));
    if (!outlook.ruling) return;
    status.ruling = ruling_status(*outlook.ruling);
    status.why = outlook.ruling->to_string();
    status.quiet_at = quiet_at(*outlook.ruling, ttl_);
  }

  const steer::PoolView& view_;
  const health::Board& health_;
  const health::Overrides& overrides_;
  const model::Ttl& ttl_;  // the greatest under which it can be given out
  const Now& now_;
  std::vector<health::EndpointTargets> targets_;
};

}  // namespace

std::vector<control::ZoneStatus> zone_statuses(const Edition& edition) {
  std::vector<control::ZoneStatus> statuses;
  for (const auto& [origin, zone] : edition.zones) {
    const auto known = edition.serials.find(origin);
    statuses.push_back(
        {.origin = origin,
         .state = zone.is_broken() ? control::ZoneState::Broken : control::ZoneState::Good,
         .served = zone.version != nullptr,
         .serial = known == edition.serials.end() ? 0 : known->second.serial,
         .diagnostics = zone.diagnostics});
  }
  return statuses;
}

std::vector<control::DatabaseStatus> database_statuses(const Edition& edition) {
  std::vector<control::DatabaseStatus> statuses;
  for (const geo::DatabaseInfo& info : edition.databases->info()) {
    statuses.push_back({.path = info.path,
                        .type = info.type,
                        .built = control::SystemTime(std::chrono::seconds(info.build_epoch))});
  }
  return statuses;
}

std::vector<control::PoolStatus> pool_statuses(const answer::State* state,
                                               const health::Board& health,
                                               const health::Overrides& overrides, const Now& now) {
  std::vector<control::PoolStatus> statuses;
  if (state == nullptr) return statuses;
  const std::vector<model::Ttl> ttls = answer::pool_ttls(*state->snapshot);
  for (std::size_t i = 0; i < state->pools.size(); ++i) {
    statuses.push_back(PoolReport(state->pools[i], health, overrides, ttls[i], now).make());
  }
  return statuses;
}

std::vector<control::OverrideStatus> override_statuses(const health::Overrides& overrides,
                                                       const Now& now) {
  std::vector<control::OverrideStatus> statuses;
  for (const health::Override& one : overrides.all()) {
    if (!one.is_in_force(milliseconds(now))) continue;
    statuses.push_back({.target = one.target.text(),
                        .state = std::string(model::to_string(one.state)),
                        .author = one.author,
                        .why = one.why,
                        .from = one.from,
                        .until = one.until,
                        .over = one.over});
  }
  return statuses;
}

}  // namespace loadstar::app
