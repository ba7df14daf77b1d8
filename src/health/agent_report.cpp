#include "loadstar/health/agent_report.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <fmt/format.h>

namespace loadstar::health {
namespace {

struct Word {
  std::string_view word;
  bool is_up;
};

constexpr std::array<Word, 8> kWords{{{"up", true},
                                      {"ready", true},
                                      {"down", false},
                                      {"stopped", false},
                                      {"fail", false},
                                      {"failed", false},
                                      {"maint", false},
                                      {"drain", false}}};
constexpr std::string_view kBetween = " \t,";
constexpr std::string_view kPassedOver = "maxconn:";
constexpr std::uint32_t kWhole = 100;

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same(std::string_view word, std::string_view known) {
  return std::ranges::equal(word, known, {}, lower);
}

std::optional<std::uint32_t> parse_share(std::string_view word) {
  if (!word.ends_with('%')) return std::nullopt;
  std::uint32_t share = 0;
  const char* const end = word.data() + word.size() - 1;
  const auto [rest, problem] = std::from_chars(word.data(), end, share);
  const bool is_share = problem == std::errc{} && rest == end && share <= kWhole;
  return is_share ? std::optional(share) : std::nullopt;
}

/// What the words come to.
class Report {
 public:
  /// False: it is none of the protocol.
  [[nodiscard]] bool take(std::string_view word) {
    if (same(word.substr(0, kPassedOver.size()), kPassedOver)) return true;
    if (const auto share = parse_share(word)) {
      share_ = share;
      return true;
    }
    const auto known =
        std::ranges::find_if(kWords, [&](const Word& one) { return same(word, one.word); });
    if (known == kWords.end()) return false;
    (known->is_up ? up_ : down_) = known->word;
    return true;
  }

  [[nodiscard]] Result result() const {
    if (!down_.empty()) return {Outcome::ReportedDown, fmt::format("the agent says \"{}\"", down_)};
    if (up_.empty() && !share_) return {Outcome::Malformed, "the agent says nothing"};
    Result result{Outcome::Success, ""};
    if (share_) result.weight = {model::ReportedWeight::Unit::Percent, *share_};
    const std::string share = share_ ? fmt::format("{}% of the weight", *share_) : "";
    const std::string word = up_.empty() ? "" : fmt::format("\"{}\"", up_);
    const bool says_both = share_ && !up_.empty();
    result.text = fmt::format("the agent says {}{}{}", word, says_both ? ", " : "", share);
    return result;
  }

 private:
  std::string_view up_;
  std::string_view down_;
  std::optional<std::uint32_t> share_;
};

}  // namespace

Result judge_agent_report(std::string_view report) {
  std::string_view rest = report.substr(0, report.find_first_of("\r\n#"));
  Report said;
  for (;;) {
    rest.remove_prefix(std::min(rest.find_first_not_of(kBetween), rest.size()));
    if (rest.empty()) return said.result();
    const std::size_t size = std::min(rest.find_first_of(kBetween), rest.size());
    if (!said.take(rest.substr(0, size)))
      return {Outcome::Malformed, "the agent says something that is no word of its protocol"};
    rest.remove_prefix(size);
  }
}

}  // namespace loadstar::health
