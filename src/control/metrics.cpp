#include <array>
#include <fmt/format.h>
#include <initializer_list>
#include <iterator>
#include <utility>

#include "loadstar/answer/responder.hpp"
#include "loadstar/control/status.hpp"

namespace loadstar::control {
namespace {

using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

/// Backslash, quote and line feed, as the text format wants them in label values.
std::string escaped(std::string_view value) {
  std::string text;
  for (const char c : value) {
    if (c == '\\' || c == '"') text += '\\';
    if (c == '\n') {
      text += "\\n";
    } else {
      text += c;
    }
  }
  return text;
}

/// Writes metrics: a family's head, then its samples.
class Metrics {
 public:
  void family(std::string_view name, std::string_view type, std::string_view help) {
    name_ = name;
    fmt::format_to(std::back_inserter(text_), "# HELP loadstar_{0} {2}\n# TYPE loadstar_{0} {1}\n",
                   name, type, help);
  }
  template <class Value>
  void sample(Value value, Labels labels = {}) {
    fmt::format_to(std::back_inserter(text_), "loadstar_{}", name_);
    char separator = '{';
    for (const auto& [label, label_value] : labels) {
      fmt::format_to(std::back_inserter(text_), "{}{}=\"{}\"", separator, label,
                     escaped(label_value));
      separator = ',';
    }
    fmt::format_to(std::back_inserter(text_), "{} {}\n", labels.size() == 0 ? "" : "}", value);
  }
  template <class Value>
  void single(std::string_view name, std::string_view type, std::string_view help, Value value) {
    family(name, type, help);
    sample(value);
  }
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  std::string_view name_;
  std::string text_;
};

double unix_seconds(SystemTime time) {
  return std::chrono::duration<double>(time.time_since_epoch()).count();
}

serve::WorkerCounts sum_of(const std::vector<serve::WorkerCounts>& workers) {
  serve::WorkerCounts sum;
  for (const serve::WorkerCounts& one : workers) sum += one;
  return sum;
}

void add_process(Metrics& out, const Status& status) {
  out.family("build_info", "gauge", "Constant 1; the version is in the label.");
  out.sample(1, {{"version", status.version}});
  out.single("start_time_seconds", "gauge", "When the process started, in Unix time.",
             unix_seconds(status.started));
}

void add_queries(Metrics& out, const Status& status) {
  const serve::WorkerCounts sum = sum_of(status.workers);
  out.family("queries_total", "counter", "Queries by how they ended.");
  for (std::size_t i = 0; i < answer::kReasons; ++i) {
    out.sample(sum.reasons[i], {{"reason", answer::to_string(static_cast<answer::Reason>(i))}});
  }
  out.single("udp_received_total", "counter", "Datagrams received.", sum.udp_received);
  out.single("udp_send_failures_total", "counter", "Answers that the system did not take.",
             sum.udp_send_failures);
  out.family("udp_dropped_total", "counter", "Datagrams for fronts that were dropped, by why.");
  out.sample(sum.udp_proxy_sources, {{"reason", "proxy_source"}});
  out.sample(sum.udp_proxy_headers, {{"reason", "proxy_header"}});
  out.family("xdp_queues", "gauge", "Queues of the interface that are answered by XDP.");
  for (const serve::XdpStatus& one : status.xdp) {
    out.sample(one.queues, {{"interface", one.interface}});
  }
  out.single("xdp_received_total", "counter", "Frames received by XDP.", sum.xdp_received);
  out.single("xdp_sent_total", "counter", "Frames with an answer sent by XDP.", sum.xdp_sent);
  out.single("xdp_send_failures_total", "counter",
             "Attempts to send frames that a driver refused; they are repeated.",
             sum.xdp_send_failures);
  out.family("xdp_dropped_total", "counter", "Frames received by XDP that were dropped, by why.");
  out.sample(sum.xdp_malformed, {{"reason", "malformed"}});
  out.sample(sum.xdp_checksums, {{"reason", "checksum"}});
  out.sample(sum.xdp_overflows, {{"reason", "overflow"}});
  out.single("tcp_messages_total", "counter", "Messages received over TCP and TLS.",
             sum.tcp_messages);
  out.single("tls_handshakes_total", "counter", "TLS handshakes completed.", sum.tls_handshakes);
  out.single("tls_resumed_total", "counter", "TLS handshakes that resumed a session.",
             sum.tls_resumed);
  out.single("tcp_connections_accepted_total", "counter", "TCP connections accepted.",
             sum.tcp_accepted);
  out.single("tcp_accept_failures_total", "counter",
             "TCP connections not accepted for want of descriptors or memory.",
             sum.tcp_accept_failures);
  out.family("tcp_connections_closed_total", "counter", "TCP connections closed, by why.");
  for (std::size_t i = 0; i < serve::kTcpEnds; ++i) {
    out.sample(sum.tcp_closed[i], {{"reason", serve::to_string(static_cast<serve::TcpEnd>(i))}});
  }
  out.single("tcp_connections_open", "gauge", "TCP connections open now.", sum.tcp_open);
}

void add_files(Metrics& out, const Status& status) {
  out.family("zone_loaded", "gauge", "Whether the zone is served as its file stands.");
  for (const ZoneStatus& zone : status.zones) {
    out.sample(zone.state == ZoneState::Good ? 1 : 0, {{"zone", zone.origin}});
  }
  out.family("zone_serial", "gauge", "The serial of the zone that is served.");
  for (const ZoneStatus& zone : status.zones) out.sample(zone.serial, {{"zone", zone.origin}});
  out.family("reloads_total", "counter", "Attempts to read the files, the first included.");
  out.sample(status.reload.successes, {{"result", "success"}});
  out.sample(status.reload.failures, {{"result", "failure"}});
  out.single("last_reload_success_time_seconds", "gauge",
             "When the files were last read without an error, in Unix time.",
             unix_seconds(status.reload.last_success));
  if (status.certificate_expires != SystemTime{}) {
    out.single("certificate_expiry_time_seconds", "gauge",
               "When the certificate in use ends, in Unix time.",
               unix_seconds(status.certificate_expires));
  }
  out.family("database_build_time_seconds", "gauge",
             "When the database was built by its maker, in Unix time.");
  for (const DatabaseStatus& database : status.databases) {
    out.sample(unix_seconds(database.built), {{"path", database.path}, {"type", database.type}});
  }
}

void add_notify(Metrics& out, const Status& status) {
  out.family("notify_total", "counter", "Notifications of secondaries, by what came of them.");
  out.sample(status.notify.sent, {{"result", "sent"}});
  out.sample(status.notify.answered, {{"result", "answered"}});
  out.sample(status.notify.failed, {{"result", "failed"}});
}

/// One family over all addresses of all endpoints.
template <class Value>
void add_addresses(Metrics& out, const Status& status, std::string_view name, std::string_view type,
                   std::string_view help, Value value) {
  out.family(name, type, help);
  for (const PoolStatus& pool : status.pools) {
    for (const AddressStatus& one : pool.addresses) {
      out.sample(value(one),
                 {{"pool", pool.name}, {"endpoint", one.endpoint}, {"address", one.address}});
    }
  }
}

/// Where a monitor combines others.
void add_deciders(Metrics& out, const Status& status) {
  out.family("endpoint_decided_by", "gauge", "1 for the monitor, of several, that decided.");
  for (const PoolStatus& pool : status.pools) {
    for (const AddressStatus& one : pool.addresses) {
      if (one.decided_by.empty()) continue;
      out.sample(1, {{"pool", pool.name},
                     {"endpoint", one.endpoint},
                     {"address", one.address},
                     {"monitor", one.decided_by}});
    }
  }
}

void add_overrides(Metrics& out, const Status& status) {
  out.family("override_end_time_seconds", "gauge",
             "When an override that is in force ends, in Unix time.");
  for (const OverrideStatus& one : status.overrides) {
    out.sample(unix_seconds(one.until), {{"target", one.target}, {"state", one.state}});
  }
  out.family("guards_acting", "gauge", "Guards that keep health from taking more away.");
  for (const PoolStatus& pool : status.pools) {
    out.sample(pool.guards.size(), {{"pool", pool.name}, {"region", pool.region}});
  }
  add_addresses(out, status, "endpoint_share", "gauge",
                "The share of its clients that an endpoint takes where it is up, 0 to 1.",
                [](const AddressStatus& one) { return one.share_percent / 100.0; });
  add_addresses(out, status, "endpoint_overridden", "gauge",
                "Whether an override or a maintenance window decides on it.",
                [](const AddressStatus& one) { return one.ruling ? 1 : 0; });
}

void add_health(Metrics& out, const Status& status) {
  out.family("pool_usable", "gauge", "Whether clients are sent to the pool.");
  for (const PoolStatus& pool : status.pools) {
    out.sample(pool.usable ? 1 : 0, {{"pool", pool.name}, {"region", pool.region}});
  }
  add_addresses(out, status, "endpoint_up", "gauge", "Whether new clients are sent there.",
                [](const AddressStatus& one) { return one.state == AddressState::Up ? 1 : 0; });
  add_deciders(out, status);
  add_addresses(out, status, "endpoint_transitions_total", "counter",
                "Changes of the verdict from up to down and back.",
                [](const AddressStatus& one) { return one.transitions; });
  add_addresses(out, status, "probes_total", "counter", "Probes made.",
                [](const AddressStatus& one) { return one.probes; });
  add_addresses(out, status, "probe_failures_total", "counter", "Probes that failed.",
                [](const AddressStatus& one) { return one.failures; });
  add_addresses(out, status, "probe_latency_seconds", "gauge", "How long the last probe took.",
                [](const AddressStatus& one) {
                  return std::chrono::duration<double>(one.probe_latency).count();
                });
}

void add_cluster(Metrics& out, const Status& status) {
  out.family("vantage_counts", "gauge", "Whether what the vantage says counts.");
  for (const VantageStatus& one : status.vantages)
    out.sample(one.state == health::VantageState::Counts ? 1 : 0, {{"vantage", one.name}});
  out.family("reports_total", "counter", "Reports of vantages by what became of them.");
  for (std::size_t i = 0; i < cluster::kTaken; ++i) {
    out.sample(status.cluster.reports[i], {{"result", to_string(static_cast<cluster::Taken>(i))}});
  }
  out.sample(status.cluster.oversize, {{"result", "oversize"}});
  out.family("link_connected", "gauge", "Whether the link to other nodes stands.");
  for (const cluster::LinkStatus& one : status.cluster.links)
    out.sample(one.connected ? 1 : 0, {{"link", one.name}});
  out.family("link_messages_total", "counter", "Messages that arrived there.");
  for (const cluster::LinkStatus& one : status.cluster.links)
    out.sample(one.sent, {{"link", one.name}});
  out.family("link_failures_total", "counter", "Messages that did not, and attempts to connect.");
  for (const cluster::LinkStatus& one : status.cluster.links)
    out.sample(one.failures, {{"link", one.name}});
}

}  // namespace

std::string to_metrics(const Status& status) {
  Metrics out;
  add_process(out, status);
  add_queries(out, status);
  add_files(out, status);
  add_notify(out, status);
  add_health(out, status);
  add_cluster(out, status);
  add_overrides(out, status);
  return out.take();
}

}  // namespace loadstar::control
