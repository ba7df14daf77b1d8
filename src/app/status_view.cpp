#include "status_view.hpp"

#include <fmt/format.h>

#include "loadstar/answer/policy_uses.hpp"
#include "loadstar/answer/snapshot.hpp"
#include "loadstar/health/condition.hpp"
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

/// The monitor, and of one that combines others the one that decided.
std::string monitor_words(const model::Pool& pool, const health::Target& target) {
  if (!pool.monitor->is_combination()) return fmt::format("monitor \"{}\"", pool.monitor->name);
  const model::Monitor& decided = *target.monitor;
  return fmt::format("monitor \"{}\": \"{}\" ({} {})", pool.monitor->name, decided.name,
                     to_string(decided.type), to_string(target));
}

std::string reason(const model::Pool& pool, const model::Endpoint& endpoint,
                   const health::Target* target, const health::BoardEntry* entry) {
  if (endpoint.state != model::AdminState::Auto) {
    return fmt::format("state \"{}\" in the zone file", model::to_string(endpoint.state));
  }
  if (pool.monitor == nullptr) return "no monitor";
  if (entry == nullptr)
    return fmt::format("monitor \"{}\" has no address to probe", pool.monitor->name);
  const bool is_known = entry->status.verdict() != health::Verdict::Unknown;
  return monitor_words(pool, *target) + (is_known ? "" : ", no verdict yet");
}

/// Of all that is probed for an address, so that the sums only grow, whoever decides.
void add_counts(const health::Condition& condition, const health::Consensus& health,
                control::AddressStatus& status) {
  for (const health::Target& target : targets_of(condition)) {
    const auto id = health.own().find(target);
    const health::BoardEntry* const entry = id ? health.own().entry(*id) : nullptr;
    if (entry == nullptr) continue;
    status.probes += entry->status.probes;
    status.failures += entry->status.failures;
    status.transitions += health.of(*id).transitions;
  }
}

void add_probe(const health::BoardEntry& entry, const base::Now& now,
               control::AddressStatus& status) {
  const health::Status& probed = entry.status;
  status.probe = probed.last_text;
  status.probe_latency = probed.last_latency;
  if (probed.last_probed != base::TimePoint{})
    status.next_probe = now.to_system(probed.last_probed + entry.target.monitor->interval);
  if (now.steady < probed.flap.held_until) {
    status.held_until = now.to_system(probed.flap.held_until);
    status.why += ", held down for changing too often";
  }
}

std::string_view word(health::Verdict verdict) {
  switch (verdict) {
    case health::Verdict::Up: return "up";
    case health::Verdict::Down: return "down";
    case health::Verdict::Unknown: break;
  }
  return "unknown";
}

/// What is agreed with other vantages, when there are any.
void add_agreed(const health::Consensus& health, health::TargetId target, const base::Now& now,
                control::AddressStatus& status) {
  const health::Agreed agreed = health.of(target);
  if (agreed.verdict != health::Verdict::Unknown) {
    status.since = now.to_system(agreed.since);
    status.real = agreed.verdict == health::Verdict::Up ? control::AddressState::Up
                                                        : control::AddressState::Down;
  }
  const auto votes = health.votes_on(target);
  if (votes.size() < 2) return;
  for (const health::NamedVote& one : votes) {
    status.votes.push_back({.vantage = one.vantage,
                            .state = one.state,
                            .verdict = std::string(word(one.vote.verdict)),
                            .since = now.to_system(one.vote.since),
                            .text = one.vote.text});
  }
  status.why += fmt::format(", {} of {} vantages say up", agreed.up, agreed.counted);
  if (agreed.is_stale) status.why += ", from earlier: no vantage counts now";
}

health::SystemTime milliseconds(const base::Now& now) {
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
  PoolReport(const steer::PoolView& view, const health::Consensus& health,
             const health::Overrides& overrides, const model::Ttl& ttl, const base::Now& now)
      : view_(view),
        health_(health),
        lookup_(health::lookup_in(health)),
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

  [[nodiscard]] control::AddressStatus address(
      std::size_t index, std::string text, steer::Liveness liveness,
      const std::optional<health::Condition>& condition) const {
    const health::Target* const target = condition ? reason_of(*condition, lookup_) : nullptr;
    const auto id = target != nullptr ? health_.own().find(*target) : std::nullopt;
    const health::BoardEntry* const entry = id ? health_.own().entry(*id) : nullptr;
    const model::Endpoint& endpoint = view_.pool().endpoints[index];
    const steer::EndpointState& state = view_.states()[index];
    control::AddressStatus status;
    status.endpoint = endpoint.id;
    status.address = std::move(text);
    status.state = state_of(state, liveness);
    status.share_percent = state.share_percent;
    status.why = reason(view_.pool(), endpoint, target, entry);
    const bool is_combined = target != nullptr && view_.pool().monitor->is_combination();
    if (is_combined) status.decided_by = target->monitor->name;
    if (condition) add_counts(*condition, health_, status);
    if (entry != nullptr) {
      add_probe(*entry, now_, status);
      add_agreed(health_, *id, now_, status);
    }
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
  const health::Consensus& health_;
  health::Lookup lookup_;
  const health::Overrides& overrides_;
  const model::Ttl& ttl_;  // the greatest under which it can be given out
  const base::Now& now_;
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
                                               const health::Consensus& health,
                                               const health::Overrides& overrides,
                                               const base::Now& now) {
  std::vector<control::PoolStatus> statuses;
  if (state == nullptr) return statuses;
  const std::vector<model::Ttl> ttls = answer::pool_ttls(*state->snapshot);
  for (std::size_t i = 0; i < state->pools.size(); ++i) {
    statuses.push_back(PoolReport(state->pools[i], health, overrides, ttls[i], now).make());
  }
  return statuses;
}

std::vector<control::OverrideStatus> override_statuses(const health::Overrides& overrides,
                                                       const base::Now& now) {
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

std::vector<control::VantageStatus> vantage_statuses(const health::Consensus& health,
                                                     const base::Now& now) {
  std::vector<control::VantageStatus> statuses;
  for (const health::VantageInfo& one : health.vantages()) {
    statuses.push_back({.name = one.name,
                        .state = one.state,
                        .last_heard = now.to_system(one.last_heard),
                        .up = one.up,
                        .down = one.down});
  }
  return statuses;
}

}  // namespace loadstar::app
