#include "reader.hpp"

#include <algorithm>
#include <cmath>

#include "json_scanner.hpp"
#include "names.hpp"

namespace loadstar::model {
namespace {

constexpr std::size_t kLongestQuote = 60;
// Of a TTL (RFC 2181 section 8).
constexpr std::chrono::seconds kMostSeconds(2'147'483'647);
// Half the way around the earth, rounded up.
constexpr double kFarthestKm = 20'038;

std::optional<double> number_before(std::string_view text, std::string_view unit) {
  if (!text.ends_with(unit)) return std::nullopt;
  text.remove_suffix(unit.size());
  double number = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, problem] = std::from_chars(text.data(), end, number, std::chars_format::fixed);
  if (problem != std::errc{} || rest != end) return std::nullopt;
  return number;
}

bool is_control(char c) noexcept { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

}  // namespace

std::string described(json::Value value) {
  if (value.is_array()) return "a list";
  if (value.is_object()) return "an object";
  const std::string_view text = value.text();
  const std::string_view more = text.size() > kLongestQuote ? "…" : "";
  if (!value.is_string()) return fmt::format("{}{}", text.substr(0, kLongestQuote), more);
  return fmt::format("\"{}{}\"", text.substr(0, kLongestQuote), more);
}

std::nullopt_t Reader::refuse(json::Value value, std::string_view wanted) {
  error(value, fmt::format("{} is not {}", described(value), wanted));
  return std::nullopt;
}

std::optional<std::string_view> Reader::string(json::Value value) {
  if (!value.is_string()) return refuse(value, "a string");
  return value.text();
}

std::optional<std::string_view> Reader::text(json::Value value, Range<std::size_t> range) {
  const auto text = string(value);
  if (!text) return std::nullopt;
  if (text->size() < range.least || text->size() > range.most) {
    return refuse(value, fmt::format("a text of {} to {} bytes", range.least, range.most));
  }
  if (std::ranges::any_of(*text, is_control)) {
    error(value, "the text holds a control character");
    return std::nullopt;
  }
  return text;
}

std::optional<bool> Reader::boolean(json::Value value) {
  if (value.kind() != json::Kind::Boolean) return refuse(value, "true or false");
  return value.text() == "true";
}

std::optional<double> Reader::number(json::Value value, Range<double> range) {
  const auto number = parse<double>(value);
  if (number && *number >= range.least && *number <= range.most) return number;
  return refuse(value, fmt::format("a number from {} to {}", range.least, range.most));
}

std::optional<base::Duration> Reader::duration(json::Value value, Range<base::Duration> range) {
  std::optional<base::Duration> duration;
  if (value.is_string()) duration = base::parse_duration(value.text());
  // The most is checked before the number becomes milliseconds, which it may not fit.
  const auto seconds = parse<double>(value);
  const double most = std::chrono::duration<double>(range.most).count();
  if (seconds && *seconds >= 0 && *seconds <= most) {
    duration = base::Duration(std::llround(*seconds * 1000));
  }
  if (duration && *duration >= range.least && *duration <= range.most) return duration;
  return refuse(value, fmt::format("a duration from {} to {}, such as \"500ms\", \"5s\" or a "
                                   "number of seconds",
                                   base::to_string(range.least), base::to_string(range.most)));
}

std::optional<std::uint32_t> Reader::seconds(json::Value value) {
  std::optional<base::Duration> duration;
  if (value.is_string()) duration = base::parse_duration(value.text());
  const auto number = parse<std::uint32_t>(value);
  if (number) duration = std::chrono::seconds(*number);
  if (duration && *duration <= kMostSeconds && duration->count() % 1000 == 0) {
    return static_cast<std::uint32_t>(duration->count() / 1000);
  }
  return refuse(value, fmt::format("a time in whole seconds up to {}, such as 60 or \"5m\"",
                                   kMostSeconds.count()));
}

std::string_view Reader::source(json::Value value) const noexcept {
  json::Scanner scanner(file_->text, value.offset());
  std::size_t open = 0;
  do {
    switch (scanner.next().kind) {
      case json::TokenKind::ObjectStart:
      case json::TokenKind::ArrayStart: ++open; break;
      case json::TokenKind::ObjectEnd:
      case json::TokenKind::ArrayEnd: --open; break;
      case json::TokenKind::End: open = 0; break;
      case json::TokenKind::Colon:
      case json::TokenKind::Comma:
      case json::TokenKind::String:
      case json::TokenKind::Scalar: break;
    }
  } while (open != 0);
  return std::string_view(file_->text).substr(value.offset(), scanner.position() - value.offset());
}

std::optional<select::CountOrShare> Reader::count_or_share(json::Value value) {
  using Result = select::CountOrShare;
  if (const auto count = parse<std::uint32_t>(value); count && *count > 0) return Result(*count);
  auto share = parse<double>(value);
  if (value.is_string()) {
    share = number_before(value.text(), "%");
    if (share) *share /= 100;
  }
  if (share && *share > 0 && *share <= 1) return Result(*share);
  return refuse(value, "a whole number from 1 or a share such as \"25%\" or 0.25");
}

std::optional<double> Reader::distance_km(json::Value value) {
  const auto km = value.is_string() ? number_before(value.text(), "km") : std::optional<double>{};
  if (km && *km >= 0 && *km <= kFarthestKm) return km;
  return refuse(value, fmt::format("a distance, such as \"300km\", of at most {}km", kFarthestKm));
}

std::optional<base::Address> Reader::address(json::Value value, base::Family family) {
  const auto address =
      value.is_string() ? base::Address::parse(value.text()) : std::optional<base::Address>{};
  if (address && address->family() == family) return address;
  return refuse(value, family == base::Family::V4 ? "an IPv4 address" : "an IPv6 address");
}

std::optional<base::Endpoint> Reader::endpoint(json::Value value, std::uint16_t default_port) {
  const auto text = string(value);
  if (!text) return std::nullopt;
  auto endpoint = base::Endpoint::parse(*text, default_port);
  if (endpoint) return *endpoint;
  error(value, std::move(endpoint.error()));
  return std::nullopt;
}

std::optional<std::string> Reader::domain_name(json::Value value) {
  const auto text = string(value);
  if (!text) return std::nullopt;
  if (auto problem = problem_of_name(*text)) {
    error(value, *std::move(problem));
    return std::nullopt;
  }
  return std::string(*text);
}

bool Reader::is_object(json::Value value) {
  if (!value.is_object()) refuse(value, "an object");
  return value.is_object();
}

json::Children Reader::items(json::Value value) {
  if (!value.is_array()) return value.itself();
  if (value.children().empty()) error(value, "the list is empty");
  return value.children();
}

std::optional<std::size_t> Reader::find_word(json::Value value,
                                             std::span<const std::string_view> words,
                                             std::span<const std::string_view> later) {
  const auto text = string(value);
  if (!text) return std::nullopt;
  const auto found = std::ranges::find(words, *text);
  if (found != words.end()) return static_cast<std::size_t>(found - words.begin());
  if (std::ranges::find(later, *text) != later.end()) {
    error(value, fmt::format("\"{}\" {}; use {}", *text, kNotYet, listed(words)));
  } else {
    error(value, fmt::format("{} is not {}{}", described(value), listed(words),
                             did_you_mean(*text, words)));
  }
  return std::nullopt;
}

void report_unknown_key(Reader& in, json::Value member, std::span<const std::string_view> known) {
  std::string hint = did_you_mean(member.key(), known);
  if (hint.empty()) hint = fmt::format("; the keys here are {}", listed(known, "and"));
  in.error_at_key(member, fmt::format("unknown key \"{}\"{}", member.key(), hint));
}

}  // namespace loadstar::model
