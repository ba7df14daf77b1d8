#include "read_monitor.hpp"

#include <algorithm>

#include "names.hpp"

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
constexpr Range<std::size_t> kPathBytes{1, 1024};
constexpr Range<std::size_t> kBodyBytes{1, 1024};
constexpr Range<std::size_t> kHeaderBytes{0, 1024};
constexpr Range<std::size_t> kHostBytes{1, 255};
constexpr std::uint16_t kFirstStatus = 100;
constexpr std::uint16_t kLastStatus = 599;

constexpr std::array<Word<MonitorType>, 4> kTypes{{{"tcp", MonitorType::Tcp},
                                                   {"tls", MonitorType::Tls},
                                                   {"http", MonitorType::Http},
                                                   {"https", MonitorType::Https}}};
constexpr std::array<std::string_view, 5> kLaterTypes{"icmp", "dns", "exec", "file", "agent"};
constexpr std::array<Word<InitialState>, 2> kInitialStates{
    {{"up", InitialState::Up}, {"down", InitialState::Down}}};
constexpr std::array<std::string_view, 3> kMethods{"GET", "HEAD", "OPTIONS"};
// The prober writes these itself.
constexpr std::array<std::string_view, 4> kOwnHeaders{"host", "connection", "content-length",
                                                      "transfer-encoding"};

bool is_token_character(char c) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";  // RFC 9110 section 5.6.2
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         kMarks.find(c) != std::string_view::npos;
}

bool is_visible(char c) { return c > ' ' && c < 0x7f; }

// "200" or "200-299".
std::optional<StatusRange> parse_status(std::string_view text) {
  const std::size_t dash = text.find('-');
  const auto number = [](std::string_view digits) -> std::uint16_t {
    std::uint16_t value = 0;
    const char* const end = digits.data() + digits.size();
    const auto [rest, problem] = std::from_chars(digits.data(), end, value);
    return problem == std::errc{} && rest == end ? value : std::uint16_t{0};
  };
  const StatusRange range{number(text.substr(0, dash)),
                          number(dash == std::string_view::npos ? text : text.substr(dash + 1))};
  const bool valid =
      range.first >= kFirstStatus && range.last <= kLastStatus && range.first <= range.last;
  return valid ? std::optional(range) : std::nullopt;
}

void read_statuses(Context& context, json::Value value, HttpExpectation& expect) {
  expect.status.clear();
  for (const json::Value item : context.in.items(value)) {
    const bool readable = item.is_string() || item.kind() == json::Kind::Number;
    const auto range = readable ? parse_status(item.text()) : std::optional<StatusRange>{};
    if (range)
      expect.status.push_back(*range);
    else
      context.in.refuse(item, "a status from 100 to 599, such as 200 or \"200-299\"");
  }
}

constexpr std::array<Field<Context, HttpExpectation>, 2> kExpectationFields{{
    {{"status"}, read_statuses},
    {{"body"},
     [](Context& context, json::Value value, HttpExpectation& expect) {
       set(expect.body, context.in.text(value, kBodyBytes));
     }},
}};

void read_type(Context& context, json::Value value, Monitor& monitor) {
  const auto text = context.in.string(value);
  if (!text) return;
  if (std::ranges::find(kLaterTypes, *text) == kLaterTypes.end()) {
    set(monitor.type, context.in.choice(value, kTypes));
    return;
  }
  context.in.error(value, fmt::format("\"{}\" monitors are not supported by this version; use "
                                      "\"tcp\", \"tls\", \"http\" or \"https\"",
                                      *text));
}

void read_method(Context& context, json::Value value, Monitor& monitor) {
  const auto method = context.in.string(value);
  if (!method) return;
  if (std::ranges::find(kMethods, *method) != kMethods.end()) {
    monitor.http.method = std::string(*method);
    return;
  }
  context.in.refuse(value, listed(kMethods));
}

void read_path(Context& context, json::Value value, Monitor& monitor) {
  const auto path = context.in.text(value, kPathBytes);
  if (!path) return;
  if (path->starts_with('/') && std::ranges::all_of(*path, is_visible)) {
    monitor.http.path = *path;
    return;
  }
  context.in.refuse(value, "a path: it starts with \"/\" and holds no spaces");
}

void read_host(Context& context, json::Value value, Monitor& monitor) {
  const auto host = context.in.text(value, kHostBytes);
  if (!host) return;
  const bool usable =
      std::ranges::all_of(*host, is_visible) && host->find_first_of("/@?#") == std::string::npos;
  if (usable)
    monitor.http.host = *host;
  else
    context.in.refuse(value, "a host name, with a port if need be");
}

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

bool is_header_name(Context& context, json::Value member) {
  const std::string_view name = member.key();
  if (name.empty() || !std::ranges::all_of(name, is_token_character)) {
    context.in.error_at_key(member, fmt::format("\"{}\" is not a header name", name));
    return false;
  }
  if (std::ranges::find(kOwnHeaders, lower(name)) == kOwnHeaders.end()) return true;
  context.in.error_at_key(member, fmt::format("the probe writes \"{}\" itself{}", name,
                                              lower(name) == "host" ? "; use \"host\"" : ""));
  return false;
}

void read_headers(Context& context, json::Value value, Monitor& monitor) {
  if (!context.in.is_object(value)) return;
  for (const json::Value member : value.children()) {
    const bool named = is_header_name(context, member);
    const auto text = context.in.text(member, kHeaderBytes);
    if (named && text) monitor.http.headers.emplace_back(member.key(), *text);
  }
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

// Readers of keys that only some monitors have.

template <void (*Read)(Context&, json::Value, Monitor&)>
void http_only(Context& context, json::Value value, Monitor& monitor) {
  if (speaks_http(monitor.type)) return Read(context, value, monitor);
  context.in.error_at_key(
      value, fmt::format("\"{}\" is for \"http\" and \"https\" monitors", value.key()));
}

template <void (*Read)(Context&, json::Value, Monitor&)>
void tls_only(Context& context, json::Value value, Monitor& monitor) {
  if (speaks_tls(monitor.type)) return Read(context, value, monitor);
  context.in.error_at_key(value,
                          fmt::format("\"{}\" is for \"tls\" and \"https\" monitors", value.key()));
}

void read_expect(Context& context, json::Value value, Monitor& monitor) {
  read_object(context, value, kExpectationFields, monitor.http.expect);
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

constexpr std::array<Field<Context, Monitor>, 24> kMonitorFields{{
    {{"type", Presence::Required}, read_type},
    {{"port"},
     [](Context& context, json::Value value, Monitor& monitor) {
       set(monitor.port, context.in.whole(value, kPorts));
     }},
    {{"path"}, http_only<read_path>},
    {{"host"}, http_only<read_host>},
    {{"method"}, http_only<read_method>},
    {{"headers"}, http_only<read_headers>},
    {{"expect"}, http_only<read_expect>},
    {{"server_name"}, tls_only<read_server_name>},
    {{"verify"}, tls_only<read_verify>},
    {{"ca_file"}, tls_only<read_ca_file>},
    {{"min_days_left"}, tls_only<read_min_days_left>},
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
    // One vantage alone is every quorum: it is checked for the day when there are more.
    {{"quorum"},
     [](Context& context, json::Value value, Monitor& /*monitor*/) {
       static_cast<void>(context.in.count_or_share(value));
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
    {{"all_of", Presence::Optional, kNotYet}},
    {{"any_of", Presence::Optional, kNotYet}},
    {{"at_least", Presence::Optional, kNotYet}},
    {{"of", Presence::Optional, kNotYet}},
}};

// The type decides which other keys there are, wherever it stands.
std::optional<MonitorType> type_of(json::Value monitor) {
  const auto type = monitor.member("type");
  for (const auto& [word, meaning] : kTypes) {
    if (type && type->is_string() && type->text() == word) return meaning;
  }
  return std::nullopt;
}

bool is_combination(json::Value monitor) {
  return monitor.member("all_of") || monitor.member("any_of") || monitor.member("at_least");
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

void check_monitor(Context& context, json::Value value, Monitor& monitor) {
  const auto timeout = value.member("timeout");
  if (!timeout) monitor.timeout = std::min(kDefaultTimeout, monitor.interval / 2);
  if (timeout && monitor.timeout >= monitor.interval) {
    context.in.error(
        *timeout, fmt::format("the timeout of {} is not less than the interval of {}",
                              base::to_string(monitor.timeout), base::to_string(monitor.interval)));
  }
  if (monitor.http.method == "HEAD" && !monitor.http.expect.body.empty()) {
    context.in.error(value, "\"HEAD\" has no body that \"expect\" could look at; use \"GET\"");
  }
  if (value.member("port")) return;
  if (speaks_http(monitor.type)) {
    monitor.port = monitor.type == MonitorType::Https ? kHttpsPort : kHttpPort;
  } else {
    context.in.error(value, fmt::format("\"port\" is missing: a \"{}\" monitor has no default",
                                        to_string(monitor.type)));
  }
}

}  // namespace

void read_monitor(Context& context, json::Value value, Monitor& monitor) {
  monitor.where = context.in.where(value);
  if (value.is_object() && is_combination(value)) {
    for (const json::Value member : value.children()) {
      if (member.key() == "of") continue;
      return context.in.error_at_key(member, fmt::format("\"{}\" {}", member.key(), kNotYet));
    }
  }
  const auto type = type_of(value);
  monitor.type = type.value_or(MonitorType::Https);  // which has all keys: one mistake is told
  if (!read_object(context, value, kMonitorFields, monitor)) return;
  check_monitor(context, value, monitor);
  if (type && speaks_tls(*type)) check_tls(context, value, monitor);
}

std::vector<std::string_view> monitor_keys() { return names_of(kMonitorFields); }
std::vector<std::string_view> expectation_keys() { return names_of(kExpectationFields); }
std::vector<std::string_view> flap_keys() { return names_of(kFlapFields); }

}  // namespace loadstar::model
