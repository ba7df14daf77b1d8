#include "read_monitor.hpp"

#include <algorithm>

namespace loadstar::model {
namespace {

using namespace std::chrono_literals;

constexpr Range<base::Duration> kIntervals{100ms, 1h};
constexpr Range<base::Duration> kTimeouts{10ms, 1min};
constexpr base::Duration kDefaultTimeout = 2s;
constexpr Range<std::uint16_t> kCounts{1, 100};
constexpr Range<std::uint16_t> kPorts{1, 65'535};
constexpr std::uint16_t kDefaultHttpPort = 80;
constexpr Range<std::size_t> kPathBytes{1, 1024};
constexpr Range<std::size_t> kBodyBytes{1, 1024};
constexpr Range<std::size_t> kHeaderBytes{0, 1024};
constexpr Range<std::size_t> kHostBytes{1, 255};
constexpr std::uint16_t kFirstStatus = 100;
constexpr std::uint16_t kLastStatus = 599;

constexpr std::array<Word<MonitorType>, 2> kTypes{
    {{"tcp", MonitorType::Tcp}, {"http", MonitorType::Http}}};
constexpr std::array<std::string_view, 7> kLaterTypes{"icmp", "tls",  "https", "dns",
                                                      "exec", "file", "agent"};
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
                                      "\"tcp\" or \"http\"",
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

// A reader of a key that only HTTP monitors have.
template <void (*Read)(Context&, json::Value, Monitor&)>
void http_only(Context& context, json::Value value, Monitor& monitor) {
  if (monitor.type == MonitorType::Http) return Read(context, value, monitor);
  context.in.error_at_key(value, fmt::format("\"{}\" is for \"http\" monitors", value.key()));
}

void read_expect(Context& context, json::Value value, Monitor& monitor) {
  read_object(context, value, kExpectationFields, monitor.http.expect);
}

constexpr std::array<Field<Context, Monitor>, 20> kMonitorFields{{
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
    {{"recheck", Presence::Optional, kNotYet}},
    {{"flap", Presence::Optional, kNotYet}},
    {{"ramp", Presence::Optional, kNotYet}},
    {{"all_of", Presence::Optional, kNotYet}},
    {{"any_of", Presence::Optional, kNotYet}},
    {{"at_least", Presence::Optional, kNotYet}},
    {{"of", Presence::Optional, kNotYet}},
}};

// The type decides which other keys there are, wherever it stands.
MonitorType type_of(json::Value monitor) {
  const auto type = monitor.member("type");
  const bool tcp = type && type->is_string() && type->text() == "tcp";
  return tcp ? MonitorType::Tcp : MonitorType::Http;
}

bool is_combination(json::Value monitor) {
  return monitor.member("all_of") || monitor.member("any_of") || monitor.member("at_least");
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
  if (monitor.type == MonitorType::Http)
    monitor.port = kDefaultHttpPort;
  else
    context.in.error(value, "\"port\" is missing: a \"tcp\" monitor has no default");
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
  monitor.type = type_of(value);
  if (read_object(context, value, kMonitorFields, monitor)) check_monitor(context, value, monitor);
}

std::vector<std::string_view> monitor_keys() { return names_of(kMonitorFields); }
std::vector<std::string_view> expectation_keys() { return names_of(kExpectationFields); }

}  // namespace loadstar::model
