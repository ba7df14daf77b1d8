#include "read_http_check.hpp"

#include <algorithm>
#include <re2/re2.h>

namespace loadstar::model {
namespace {

constexpr Range<std::size_t> kPathBytes{1, 1024};
constexpr Range<std::size_t> kBodyBytes{1, 1024};
constexpr Range<std::size_t> kHeaderBytes{0, 1024};
constexpr Range<std::size_t> kHostBytes{1, 255};
constexpr Range<std::uint8_t> kRedirects{1, 5};
constexpr std::uint16_t kFirstStatus = 100;
constexpr std::uint16_t kLastStatus = 599;

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

std::optional<std::string> problem_of_regex(std::string_view text) {
  const re2::RE2 regex(re2::StringPiece(text.data(), text.size()), re2::RE2::Quiet);
  return regex.ok() ? std::nullopt : std::optional(regex.error());
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

void read_body_regex(Context& context, json::Value value, HttpExpectation& expect) {
  const auto text = context.in.text(value, kBodyBytes);
  if (!text) return;
  if (const auto problem = problem_of_regex(*text))
    context.in.error(value, fmt::format("\"{}\" is not a regular expression: {}", *text, *problem));
  else
    expect.body_regex = *text;
}

constexpr std::array<Field<Context, HttpExpectation>, 3> kExpectationFields{{
    {{"status"}, read_statuses},
    {{"body"},
     [](Context& context, json::Value value, HttpExpectation& expect) {
       set(expect.body, context.in.text(value, kBodyBytes));
     }},
    {{"body_regex"}, read_body_regex},
}};

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

constexpr std::array<Word<WeightFrom>, 1> kWeightSources{{{"body", WeightFrom::Body}}};

}  // namespace

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

void read_headers(Context& context, json::Value value, Monitor& monitor) {
  if (!context.in.is_object(value)) return;
  for (const json::Value member : value.children()) {
    const bool named = is_header_name(context, member);
    const auto text = context.in.text(member, kHeaderBytes);
    if (named && text) monitor.http.headers.emplace_back(member.key(), *text);
  }
}

void read_weight_from(Context& context, json::Value value, Monitor& monitor) {
  set(monitor.http.weight_from, context.in.choice(value, kWeightSources));
}

void read_follow_redirects(Context& context, json::Value value, Monitor& monitor) {
  set(monitor.http.follow_redirects, context.in.whole(value, kRedirects));
}

void read_http_expectation(Context& context, json::Value value, Monitor& monitor) {
  read_object(context, value, kExpectationFields, monitor.http.expect);
}

void check_http(Context& context, json::Value value, const Monitor& monitor) {
  const HttpExpectation& expect = monitor.http.expect;
  if (monitor.http.method != "HEAD") return;
  if (!expect.body.empty() || !expect.body_regex.empty()) {
    context.in.error(value, "\"HEAD\" has no body that \"expect\" could look at; use \"GET\"");
  }
  if (monitor.http.weight_from == WeightFrom::Body)
    context.in.error(*value.member("weight_from"), "\"HEAD\" has no body; use \"GET\"");
}

std::vector<std::string_view> expectation_keys() { return names_of(kExpectationFields); }

}  // namespace loadstar::model
