#include "read_monitor.hpp"

#include <algorithm>

#include "names.hpp"
#include "read_combination.hpp"
#include "read_dns_check.hpp"
#include "read_http_check.hpp"

namespace loadstar::model {
namespace {

using namespace std::chrono_literals;

constexpr Range<base::Duration> kIntervals{100ms, 1h};
constexpr Range<base::Duration> kTimeouts{10ms, 1min};
constexpr base::Duration kDefaultTimeout = 2s;
constexpr Range<std::uint16_t> kCounts{1, 100};
constexpr Range<std::uint16_t> kFlapChanges{2, select::kMostFlapChanges};
constexpr Range<base::Duration> kFlapTimes{1s, 24h};
constexpr Range<base::Duration> kRamps{0s, 24h};
constexpr Range<std::uint16_t> kPorts{1, 65'535};
constexpr std::uint16_t kHttpPort = 80;
constexpr std::uint16_t kHttpsPort = 443;
constexpr Range<std::uint16_t> kDays{0, 365};
constexpr Range<std::size_t> kFileNameBytes{1, 4095};
constexpr Range<std::size_t> kTalkBytes{1, 1024};
constexpr Range<std::size_t> kArgumentBytes{1, 1024};
constexpr std::size_t kMaxArguments = 64;
constexpr Range<std::size_t> kHostBytes{1, 255};
constexpr std::uint16_t kDnsPort = 53;

constexpr Word<MonitorType> word_of(MonitorType type) { return {to_string(type), type}; }
constexpr std::array<Word<MonitorType>, 9> kTypes{
    {word_of(MonitorType::Icmp), word_of(MonitorType::Tcp), word_of(MonitorType::Tls),
     word_of(MonitorType::Http), word_of(MonitorType::Https), word_of(MonitorType::Dns),
     word_of(MonitorType::Exec), word_of(MonitorType::File), word_of(MonitorType::Agent)}};
constexpr std::array<Word<InitialState>, 2> kInitialStates{
    {{"up", InitialState::Up}, {"down", InitialState::Down}}};

void read_type(Context& context, json::Value value, Monitor& monitor) {
  set(monitor.type, context.in.choice(value, kTypes));
}

void read_port(Context& context, json::Value value, Monitor& monitor) {
  if (has_no_port(monitor.type)) {
    return context.in.error_at_key(
        value, fmt::format("\"{}\" monitors have no port", to_string(monitor.type)));
  }
  set(monitor.port, context.in.whole(value, kPorts));
}

void read_server_name(Context& context, json::Value value, Monitor& monitor) {
  const auto name = context.in.text(value, kHostBytes);
  if (!name) return;
  const bool is_usable = base::Address::parse(*name) || (!problem_of_name(*name) && *name != "@");
  if (is_usable)
    monitor.tls.server_name = *name;
  else
    context.in.refuse(value, "a host name or an address");
}

void read_verify(Context& context, json::Value value, Monitor& monitor) {
  set(monitor.tls.verify, context.in.boolean(value));
}
void read_ca_file(Context& context, json::Value value, Monitor& monitor) {
  set(monitor.tls.ca_file, context.in.text(value, kFileNameBytes));
}
void read_min_days_left(Context& context, json::Value value, Monitor& monitor) {
  set(monitor.tls.min_days_left, context.in.whole(value, kDays));
}

/// What is sent may hold the ends of lines, and anything else that JSON can write.
void read_send(Context& context, json::Value value, Monitor& monitor) {
  const auto text = context.in.string(value);
  if (!text) return;
  if (text->size() >= kTalkBytes.least && text->size() <= kTalkBytes.most)
    monitor.tcp.send = *text;
  else
    context.in.error(value, fmt::format("{} bytes are not {} to {}", text->size(), kTalkBytes.least,
                                        kTalkBytes.most));
}

void read_expect(Context& context, json::Value value, Monitor& monitor) {
  if (speaks_http(monitor.type)) return read_http_expectation(context, value, monitor);
  if (monitor.type == MonitorType::Dns) return read_dns_expectation(context, value, monitor);
  set(monitor.tcp.expect, context.in.text(value, kTalkBytes));
}

void read_command(Context& context, json::Value value, Monitor& monitor) {
  const auto items = context.in.items(value);
  if (items.count() > kMaxArguments)
    return context.in.error(value, fmt::format("more than {} arguments", kMaxArguments));
  for (const json::Value item : items) {
    const auto word = context.in.text(item, kArgumentBytes);
    if (word) monitor.command.emplace_back(*word);
  }
  if (!monitor.command.empty() && !monitor.command.front().starts_with('/'))
    context.in.refuse(*items.begin(), "the path of a program: it starts with \"/\"");
}

void read_feed(Context& context, json::Value value, Monitor& monitor) {
  set(monitor.feed, context.in.text(value, kFileNameBytes));
}

// Readers of keys that only some monitors have.

template <void (*Read)(Context&, json::Value, Monitor&), MonitorType... Types>
void only_for(Context& context, json::Value value, Monitor& monitor) {
  if (((monitor.type == Types) || ...)) return Read(context, value, monitor);
  const std::array<std::string_view, sizeof...(Types)> words{to_string(Types)...};
  context.in.error_at_key(
      value, fmt::format("\"{}\" is for {} monitors", value.key(), listed(words, "and")));
}

template <void (*Read)(Context&, json::Value, Monitor&)>
constexpr auto kHttpOnly = only_for<Read, MonitorType::Http, MonitorType::Https>;
template <void (*Read)(Context&, json::Value, Monitor&)>
constexpr auto kTlsOnly = only_for<Read, MonitorType::Tls, MonitorType::Https>;
constexpr auto kReadExpect = only_for<read_expect, MonitorType::Tcp, MonitorType::Http,
                                      MonitorType::Https, MonitorType::Dns>;

constexpr std::array<Field<Context, select::FlapLimits>, 4> kFlapFields{{
    {{"changes"},
     [](Context& context, json::Value value, select::FlapLimits& flap) {
       set(flap.changes, context.in.whole(value, kFlapChanges));
     }},
    {{"within"},
     [](Context& context, json::Value value, select::FlapLimits& flap) {
       set(flap.within, context.in.duration(value, kFlapTimes));
     }},
    {{"hold"},
     [](Context& context, json::Value value, select::FlapLimits& flap) {
       set(flap.hold, context.in.duration(value, kFlapTimes));
     }},
    {{"max_hold"},
     [](Context& context, json::Value value, select::FlapLimits& flap) {
       set(flap.max_hold, context.in.duration(value, kFlapTimes));
     }},
}};

/// An object, or false.
void read_flap(Context& context, json::Value value, Monitor& monitor) {
  if (value.kind() == json::Kind::Boolean) {
    if (value.text() == "true") context.in.refuse(value, "an object, or false");
    monitor.flap.changes = 0;
    return;
  }
  if (!read_object(context, value, kFlapFields, monitor.flap)) return;
  if (!value.member("max_hold"))
    monitor.flap.max_hold = std::max(monitor.flap.max_hold, monitor.flap.hold);
  if (monitor.flap.max_hold < monitor.flap.hold) {
    context.in.error(*value.member("max_hold"), fmt::format("{} is less than \"hold\", {}",
                                                            base::to_string(monitor.flap.max_hold),
                                                            base::to_string(monitor.flap.hold)));
  }
}

constexpr std::array<Field<Context, Monitor>, 26> kMonitorFields{{
    {{"type", Presence::Required}, read_type},
    {{"port"}, read_port},
    {{"path"}, kHttpOnly<read_path>},
    {{"host"}, kHttpOnly<read_host>},
    {{"method"}, kHttpOnly<read_method>},
    {{"headers"}, kHttpOnly<read_headers>},
    {{"expect"}, kReadExpect},
    {{"server_name"}, kTlsOnly<read_server_name>},
    {{"verify"}, kTlsOnly<read_verify>},
    {{"ca_file"}, kTlsOnly<read_ca_file>},
    {{"min_days_left"}, kTlsOnly<read_min_days_left>},
    {{"weight_from"}, kHttpOnly<read_weight_from>},
    {{"follow_redirects"}, kHttpOnly<read_follow_redirects>},
    {{"send"}, only_for<read_send, MonitorType::Tcp>},
    {{"query"}, only_for<read_dns_query, MonitorType::Dns>},
    {{"command"}, only_for<read_command, MonitorType::Exec>},
    {{"file"}, only_for<read_feed, MonitorType::File>},
    {{"interval"},
     [](Context& context, json::Value value, Monitor& monitor) {
       set(monitor.interval, context.in.duration(value, kIntervals));
     }},
    {{"timeout"},
     [](Context& context, json::Value value, Monitor& monitor) {
       set(monitor.timeout, context.in.duration(value, kTimeouts));
     }},
    {{"fall"},
     [](Context& context, json::Value value, Monitor& monitor) {
       set(monitor.fall, context.in.whole(value, kCounts));
     }},
    {{"rise"},
     [](Context& context, json::Value value, Monitor& monitor) {
       set(monitor.rise, context.in.whole(value, kCounts));
     }},
    {{"initial"},
     [](Context& context, json::Value value, Monitor& monitor) {
       set(monitor.initial, context.in.choice(value, kInitialStates));
     }},
    {{"quorum"},
     [](Context& context, json::Value value, Monitor& monitor) {
       set(monitor.quorum, context.in.count_or_share(value));
     }},
    {{"recheck"},
     [](Context& context, json::Value value, Monitor& monitor) {
       set(monitor.recheck, context.in.boolean(value));
     }},
    {{"flap"}, read_flap},
    {{"ramp"},
     [](Context& context, json::Value value, Monitor& monitor) {
       set(monitor.ramp, context.in.duration(value, kRamps));
     }},
}};

// The type decides which other keys there are, wherever it stands.
std::optional<MonitorType> type_of(json::Value monitor) {
  const auto type = monitor.member("type");
  for (const auto& [word, meaning] : kTypes) {
    if (type && type->is_string() && type->text() == word) return meaning;
  }
  return std::nullopt;
}

/// Without it no other key can be judged.
void report_type(Context& context, json::Value monitor) {
  if (!context.in.is_object(monitor)) return;
  if (const auto type = monitor.member("type"))
    static_cast<void>(context.in.choice(*type, kTypes));
  else
    context.in.error(monitor, "\"type\" is missing");
}

/// What "host" says of the name, when "server_name" does not.
std::string host_name_of(std::string_view host) {
  if (const auto endpoint = base::Endpoint::parse(host, 0)) return endpoint->address.to_string();
  return std::string(host.substr(0, host.find(':')));
}

void check_tls(Context& context, json::Value value, Monitor& monitor) {
  TlsExpectation& tls = monitor.tls;
  if (tls.server_name.empty()) tls.server_name = host_name_of(monitor.http.host);
  if (!tls.verify && !tls.ca_file.empty())
    context.in.error(*value.member("ca_file"), "\"ca_file\" is for certificates that are verified");
  if (!tls.verify || value.member("server_name") || value.member("host")) return;
  context.in.error(value,
                   fmt::format("whose certificate is it? Say {}, or \"verify\": false",
                               monitor.type == MonitorType::Https ? "\"server_name\" or \"host\""
                                                                  : "\"server_name\""));
}

void set_default_port(Context& context, json::Value value, Monitor& monitor) {
  switch (monitor.type) {
    case MonitorType::Http: monitor.port = kHttpPort; return;
    case MonitorType::Https: monitor.port = kHttpsPort; return;
    case MonitorType::Dns: monitor.port = kDnsPort; return;
    case MonitorType::Icmp:
    case MonitorType::File:
    case MonitorType::Exec: return;
    case MonitorType::Tcp:
    case MonitorType::Tls:
    case MonitorType::Agent: break;
  }
  context.in.error(value, fmt::format("\"port\" is missing: \"{}\" monitors have no default",
                                      to_string(monitor.type)));
}

/// The key without which the type says nothing.
std::string_view subject_of(MonitorType type) {
  switch (type) {
    case MonitorType::Dns: return "query";
    case MonitorType::Exec: return "command";
    case MonitorType::File: return "file";
    default: return "";
  }
}

void require_subject(Context& context, json::Value value, MonitorType type) {
  const std::string_view key = subject_of(type);
  if (!key.empty() && !value.member(key))
    context.in.error(
        value, fmt::format("\"{}\" is missing: \"{}\" monitors need it", key, to_string(type)));
}

void check_monitor(Context& context, json::Value value, Monitor& monitor) {
  const auto timeout = value.member("timeout");
  if (!timeout) monitor.timeout = std::min(kDefaultTimeout, monitor.interval / 2);
  if (timeout && monitor.timeout >= monitor.interval) {
    context.in.error(
        *timeout, fmt::format("the timeout of {} is not less than the interval of {}",
                              base::to_string(monitor.timeout), base::to_string(monitor.interval)));
  }
  if (speaks_http(monitor.type)) check_http(context, value, monitor);
  if (speaks_tls(monitor.type)) check_tls(context, value, monitor);
  if (!value.member("port")) set_default_port(context, value, monitor);
  require_subject(context, value, monitor.type);
}

}  // namespace

void read_monitor(Context& context, json::Value value, Monitor& monitor) {
  monitor.where = context.in.where(value);
  monitor.text = context.in.source(value);
  if (is_combination(value)) return read_combination(context, value, monitor);
  const auto type = type_of(value);
  if (!type) return report_type(context, value);
  monitor.type = *type;
  if (read_object(context, value, kMonitorFields, monitor)) check_monitor(context, value, monitor);
}

void define_monitors(Context& context, std::optional<json::Value> section) {
  const auto is_probe = [](json::Value value) { return !is_combination(value); };
  define_all(context, section, kMonitors, read_monitor, is_probe);
  if (section && section->is_object())
    define_all(context, section, kMonitors, read_monitor, is_combination);
}

std::vector<std::string_view> monitor_keys() { return names_of(kMonitorFields); }
std::vector<std::string_view> flap_keys() { return names_of(kFlapFields); }

}  // namespace loadstar::model
