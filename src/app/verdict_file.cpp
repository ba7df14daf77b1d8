#include "loadstar/app/verdict_file.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <optional>
#include <sstream>

#include "loadstar/base/number.hpp"

#include "sealed_text.hpp"

namespace loadstar::app {
namespace {

using health::Remembered;
using health::Verdict;

constexpr std::string_view kHeader = "loadstar-verdicts 1\n";

std::int64_t milliseconds_of(base::TimePoint time, const base::Now& now) {
  return base::Now::milliseconds(now.to_system(time));
}

base::TimePoint time_of(std::int64_t milliseconds, const base::Now& now) {
  return now.to_steady(base::Now::System(std::chrono::milliseconds(milliseconds)));
}

std::optional<std::vector<base::TimePoint>> times_of(std::string_view text, const base::Now& now) {
  std::vector<base::TimePoint> times;
  if (text == "-") return times;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    const auto time = base::parse_number<std::int64_t>(text.substr(0, comma));
    if (!time || times.size() == select::kMostFlapChanges) return std::nullopt;
    times.push_back(time_of(*time, now));
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return times;
}

std::string line_of(const Remembered& one, const base::Now& now) {
  std::vector<std::int64_t> changes;
  for (const base::TimePoint change : one.flap.changes)
    changes.push_back(milliseconds_of(change, now));
  const bool is_held = one.flap.held_until != base::TimePoint{};
  return fmt::format("{} {} {} {} {} {} {}\n", one.verdict == Verdict::Down ? "down" : "up",
                     milliseconds_of(one.since, now), milliseconds_of(one.last_probed, now),
                     is_held ? milliseconds_of(one.flap.held_until, now) : 0, one.flap.holds,
                     changes.empty() ? "-" : fmt::format("{}", fmt::join(changes, ",")),
                     one.question);
}

std::optional<Remembered> parse(const std::string& line, const base::Now& now) {
  std::istringstream words(line);
  std::string verdict, since, probed, held, holds, changes, question;
  words >> verdict >> since >> probed >> held >> holds >> changes >> std::ws;
  std::getline(words, question);
  const auto since_ms = base::parse_number<std::int64_t>(since);
  const auto probed_ms = base::parse_number<std::int64_t>(probed);
  const auto held_ms = base::parse_number<std::int64_t>(held);
  const auto hold_count = base::parse_number<std::uint16_t>(holds);
  const auto times = times_of(changes, now);
  const bool is_known = verdict == "up" || verdict == "down";
  if (!is_known || !since_ms || !probed_ms || !held_ms || !hold_count || !times || question.empty())
    return std::nullopt;
  Remembered one{.question = question,
                 .verdict = verdict == "up" ? Verdict::Up : Verdict::Down,
                 .since = time_of(*since_ms, now),
                 .last_probed = time_of(*probed_ms, now),
                 .flap = {.changes = *times, .held_until = {}, .holds = *hold_count}};
  if (*held_ms != 0) one.flap.held_until = time_of(*held_ms, now);
  return one;
}

}  // namespace

std::filesystem::path verdict_file_in(const std::filesystem::path& state) {
  return state / "verdicts.txt";
}

std::string verdicts_to_text(const std::vector<Remembered>& verdicts, const base::Now& now) {
  std::string body;
  for (const Remembered& one : verdicts) body += line_of(one, now);
  return seal(kHeader, body);
}

std::expected<std::vector<Remembered>, std::string> verdicts_from_text(std::string_view text,
                                                                       const base::Now& now) {
  const auto body = unseal(kHeader, text);
  if (!body) return std::unexpected(body.error());
  std::istringstream lines{std::string(*body)};
  std::vector<Remembered> verdicts;
  for (std::string line; std::getline(lines, line);) {
    auto one = parse(line, now);
    if (!one) return std::unexpected(fmt::format("has a line that is no verdict: \"{}\"", line));
    verdicts.push_back(*std::move(one));
  }
  return verdicts;
}

}  // namespace loadstar::app
