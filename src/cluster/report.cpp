#include "loadstar/cluster/report.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <optional>

namespace loadstar::cluster {
namespace {

using Json = nlohmann::json;
using health::TargetKey;
using health::Verdict;
using health::Vote;
using std::chrono::milliseconds;

/// As far from the epoch as a clock of nanoseconds can count, with room to subtract.
constexpr std::int64_t kMaxMilliseconds = 4'102'444'800'000;  // the year 2100

bool is_time(const Json& json) {
  return json.get<std::uint64_t>() <= static_cast<std::uint64_t>(kMaxMilliseconds);
}

std::string_view word(Verdict verdict) {
  switch (verdict) {
    case Verdict::Up: return "up";
    case Verdict::Down: return "down";
    case Verdict::Unknown: break;
  }
  return "unknown";
}

std::optional<Verdict> verdict_of(std::string_view word) {
  if (word == "up") return Verdict::Up;
  if (word == "down") return Verdict::Down;
  if (word == "unknown") return Verdict::Unknown;
  return std::nullopt;
}

std::optional<TargetKey> key_of(const std::string& text) {
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, problem] = std::from_chars(text.data(), end, number, 16);
  if (text.size() != 16 || problem != std::errc{} || rest != end) return std::nullopt;
  return TargetKey{number};
}

std::string cut(const std::string& text) { return text.substr(0, kMaxVoteText); }

/// What stands in the log and in a terminal.
bool is_printable(std::string_view text) {
  return std::ranges::none_of(
      text, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; });
}

Json vote_json(const Vote& vote, const base::Now& now) {
  return {word(vote.verdict), base::Now::milliseconds(now.to_system(vote.since)),
          vote.settled_seconds, cut(vote.text)};
}

std::optional<Vote> parse_vote(const Json& json, const base::Now& now) {
  if (!json.is_array() || json.size() != 4 || !json[0].is_string() ||
      !json[1].is_number_unsigned() || !is_time(json[1]) || !json[2].is_number_unsigned() ||
      !json[3].is_string())
    return std::nullopt;
  const auto verdict = verdict_of(json[0].get_ref<const std::string&>());
  const auto settled = json[2].get<std::uint64_t>();
  const auto& text = json[3].get_ref<const std::string&>();
  if (!verdict || settled > 0x7fff'ffff || text.size() > kMaxVoteText || !is_printable(text))
    return std::nullopt;
  return Vote{.verdict = *verdict,
              .since = now.to_steady(base::Now::System(milliseconds(json[1].get<std::int64_t>()))),
              .settled_seconds = static_cast<std::uint32_t>(settled),
              .text = text};
}

std::expected<Votes, std::string> parse_votes(const Json& json, const base::Now& now) {
  if (!json.is_object()) return std::unexpected("\"votes\" is not an object");
  if (json.size() > kMaxVotes)
    return std::unexpected(fmt::format("{} votes are more than {}", json.size(), kMaxVotes));
  Votes votes;
  for (const auto& [name, value] : json.items()) {
    const auto key = key_of(name);
    auto vote = parse_vote(value, now);
    if (!key || !vote) return std::unexpected("a vote is malformed");
    votes.emplace_back(*key, *std::move(vote));
  }
  return votes;
}

/// Of an object.
const Json* member(const Json& json, const char* name) {
  const auto found = json.find(name);
  return found == json.end() ? nullptr : &*found;
}

bool has_head(const Json& json) {
  const Json* const vantage = member(json, "vantage");
  const Json* const run = member(json, "run");
  const Json* const sequence = member(json, "sequence");
  const Json* const at = member(json, "at");
  const Json* const whole = member(json, "whole");
  return vantage != nullptr && vantage->is_string() && run != nullptr &&
         run->is_number_unsigned() && sequence != nullptr && sequence->is_number_unsigned() &&
         at != nullptr && at->is_number_unsigned() && whole != nullptr && whole->is_boolean() &&
         json.contains("votes");
}

}  // namespace

std::string to_json(const Report& report, const base::Now& now) {
  Json votes = Json::object();
  for (const auto& [key, vote] : report.votes)
    votes[fmt::format("{:016x}", static_cast<std::uint64_t>(key))] = vote_json(vote, now);
  const Json json{{"vantage", report.vantage},   {"run", report.run},
                  {"sequence", report.sequence}, {"at", base::Now::milliseconds(report.at)},
                  {"whole", report.whole},       {"votes", std::move(votes)}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::expected<Report, std::string> parse_report(std::string_view text, const base::Now& now) {
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object() || !has_head(json)) return std::unexpected("is not a report");
  Report report{.vantage = json["vantage"].get<std::string>(),
                .run = 0,
                .sequence = json["sequence"].get<std::uint64_t>(),
                .at = {},
                .whole = json["whole"].get<bool>(),
                .votes = {}};
  if (report.vantage.empty() || report.vantage.size() > kMaxName || !is_printable(report.vantage))
    return std::unexpected("\"vantage\" is not a name");
  if (!is_time(json["run"]) || !is_time(json["at"]))
    return std::unexpected("a time is out of range");
  report.run = json["run"].get<std::int64_t>();
  report.at = base::Now::System(milliseconds(json["at"].get<std::int64_t>()));
  auto votes = parse_votes(json["votes"], now);
  if (!votes) return std::unexpected(std::move(votes.error()));
  report.votes = *std::move(votes);
  return report;
}

}  // namespace loadstar::cluster
