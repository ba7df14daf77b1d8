#include <fmt/chrono.h>
#include <nlohmann/json.hpp>

#include "loadstar/answer/responder.hpp"
#include "loadstar/control/status.hpp"

namespace loadstar::control {
namespace {

using Json = nlohmann::ordered_json;

/// RFC 3339 in UTC; null for the epoch, which stands for "never".
Json time_json(SystemTime time) {
  if (time == SystemTime{}) return nullptr;
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(seconds));
}

Json diagnostics_json(const std::vector<base::Diagnostic>& diagnostics) {
  Json list = Json::array();
  for (const base::Diagnostic& one : diagnostics) {
    list.push_back({{"file", one.file},
                    {"line", one.line},
                    {"column", one.column},
                    {"path", one.path},
                    {"message", one.message}});
  }
  return list;
}

Json zone_json(const ZoneStatus& zone) {
  return {{"zone", zone.origin},
          {"state", zone.state == ZoneState::Good ? "good" : "broken"},
          {"served", zone.served},
          {"serial", zone.serial},
          {"diagnostics", diagnostics_json(zone.diagnostics)}};
}

Json database_json(const DatabaseStatus& database) {
  return {{"path", database.path}, {"type", database.type}, {"built", time_json(database.built)}};
}

Json vote_json(const VoteStatus& vote) {
  return {{"vantage", vote.vantage},
          {"counts", vote.state == health::VantageState::Counts},
          {"verdict", vote.verdict},
          {"since", time_json(vote.since)},
          {"probe", vote.text}};
}

template <class Items, class Render>
Json list_json(const Items& items, Render render) {
  Json list = Json::array();
  for (const auto& item : items) list.push_back(render(item));
  return list;
}

Json ruling_json(const std::optional<RulingStatus>& ruling) {
  if (!ruling) return nullptr;
  return {{"source", ruling->source},
          {"target", ruling->target},
          {"state", ruling->state},
          {"author", ruling->author},
          {"why", ruling->why},
          {"since", time_json(ruling->since)},
          {"until", time_json(ruling->until)}};
}

Json real_json(const std::optional<AddressState>& real) {
  if (!real) return nullptr;
  return to_string(*real);
}

Json override_json(const OverrideStatus& override) {
  return {{"target", override.target},        {"state", override.state},
          {"author", override.author},        {"why", override.why},
          {"from", time_json(override.from)}, {"until", time_json(override.until)},
          {"over_ms", override.over.count()}};
}

Json address_json(const AddressStatus& address) {
  return {{"endpoint", address.endpoint},
          {"address", address.address},
          {"state", to_string(address.state)},
          {"real", real_json(address.real)},
          {"ruling", ruling_json(address.ruling)},
          {"share_percent", address.share_percent},
          {"quiet_at", time_json(address.quiet_at)},
          {"next_probe", time_json(address.next_probe)},
          {"why", address.why},
          {"since", time_json(address.since)},
          {"held_until", time_json(address.held_until)},
          {"probe", address.probe},
          {"probe_latency_us", address.probe_latency.count()},
          {"probes", address.probes},
          {"failures", address.failures},
          {"transitions", address.transitions},
          {"votes", list_json(address.votes, vote_json)}};
}

Json pool_json(const PoolStatus& pool) {
  return {{"pool", pool.name},
          {"region", pool.region},
          {"usable", pool.usable},
          {"guards", pool.guards},
          {"endpoints", list_json(pool.addresses, address_json)}};
}

Json worker_json(const serve::WorkerCounts& worker) {
  Json queries;
  for (std::size_t i = 0; i < answer::kReasons; ++i) {
    queries[std::string(answer::to_string(static_cast<answer::Reason>(i)))] = worker.reasons[i];
  }
  Json closed;
  for (std::size_t i = 0; i < serve::kTcpEnds; ++i) {
    closed[std::string(serve::to_string(static_cast<serve::TcpEnd>(i)))] = worker.tcp_closed[i];
  }
  return {{"queries", std::move(queries)},
          {"udp_received", worker.udp_received},
          {"udp_send_failures", worker.udp_send_failures},
          {"udp_proxy_sources", worker.udp_proxy_sources},
          {"udp_proxy_headers", worker.udp_proxy_headers},
          {"xdp_received", worker.xdp_received},
          {"xdp_sent", worker.xdp_sent},
          {"xdp_send_failures", worker.xdp_send_failures},
          {"xdp_malformed", worker.xdp_malformed},
          {"xdp_checksums", worker.xdp_checksums},
          {"xdp_overflows", worker.xdp_overflows},
          {"tcp_messages", worker.tcp_messages},
          {"tcp_accepted", worker.tcp_accepted},
          {"tcp_accept_failures", worker.tcp_accept_failures},
          {"tcp_closed", std::move(closed)},
          {"tls_handshakes", worker.tls_handshakes},
          {"tls_resumed", worker.tls_resumed},
          {"tcp_open", worker.tcp_open}};
}

Json xdp_json(const serve::XdpStatus& xdp) {
  return {{"interface", xdp.interface},
          {"queues", xdp.queues},
          {"native", xdp.native},
          {"zero_copy", xdp.zero_copy},
          {"problem", xdp.problem}};
}

Json reload_json(const ReloadStatus& reload) {
  return {{"successes", reload.successes},
          {"failures", reload.failures},
          {"last_success", time_json(reload.last_success)},
          {"diagnostics", diagnostics_json(reload.diagnostics)}};
}

Json notify_json(const NotifyStatus& notify) {
  return {{"sent", notify.sent}, {"answered", notify.answered}, {"failed", notify.failed}};
}

Json vantage_json(const VantageStatus& vantage) {
  return {{"vantage", vantage.name},
          {"state", to_string(vantage.state)},
          {"last_heard", time_json(vantage.last_heard)},
          {"up", vantage.up},
          {"down", vantage.down}};
}

Json link_json(const cluster::LinkStatus& link) {
  return {
      {"link", link.name},       {"connected", link.connected}, {"since", time_json(link.since)},
      {"problem", link.problem}, {"sent", link.sent},           {"failures", link.failures}};
}

Json cluster_json(const cluster::NodeStatus& node) {
  Json reports;
  for (std::size_t i = 0; i < cluster::kTaken; ++i)
    reports[std::string(to_string(static_cast<cluster::Taken>(i)))] = node.reports[i];
  reports["oversize"] = node.oversize;
  return {{"links", list_json(node.links, link_json)}, {"reports", std::move(reports)}};
}

/// Text that came from files or peers may not be UTF-8; what is not is replaced.
std::string text_of(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

std::string_view to_string(AddressState state) noexcept {
  switch (state) {
    case AddressState::Up: return "up";
    case AddressState::Draining: return "draining";
    case AddressState::Down: return "down";
  }
  return "";
}

std::string to_json(const Status& status) {
  const auto uptime = std::chrono::floor<std::chrono::seconds>(status.now - status.started);
  return text_of({{"version", status.version},
                  {"identity", status.identity},
                  {"started", time_json(status.started)},
                  {"uptime_seconds", uptime.count()},
                  {"listening", status.listening},
                  {"xdp", list_json(status.xdp, xdp_json)},
                  {"reload", reload_json(status.reload)},
                  {"certificate_expires", time_json(status.certificate_expires)},
                  {"notify", notify_json(status.notify)},
                  {"zones", list_json(status.zones, zone_json)},
                  {"databases", list_json(status.databases, database_json)},
                  {"overrides", list_json(status.overrides, override_json)},
                  {"pools", list_json(status.pools, pool_json)},
                  {"vantages", list_json(status.vantages, vantage_json)},
                  {"cluster", cluster_json(status.cluster)},
                  {"workers", list_json(status.workers, worker_json)}});
}

std::string to_json(const std::vector<base::Diagnostic>& diagnostics) {
  return text_of(diagnostics_json(diagnostics));
}

}  // namespace loadstar::control
