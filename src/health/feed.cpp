#include "loadstar/health/feed.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <vector>

namespace loadstar::health {
namespace {

constexpr std::string_view kBlanks = " \t\r";
constexpr std::size_t kMaxWords = 3;

/// One more than there may be, where there are more.
std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  line = line.substr(0, line.find('#'));
  while (words.size() <= kMaxWords) {
    line.remove_prefix(std::min(line.find_first_not_of(kBlanks), line.size()));
    if (line.empty()) break;
    const std::size_t size = std::min(line.find_first_of(kBlanks), line.size());
    words.push_back(line.substr(0, size));
    line.remove_prefix(size);
  }
  return words;
}

bool is_blank(std::string_view line) { return words_of(line).empty(); }

}  // namespace

std::optional<Feed::Line> Feed::parse_line(std::string_view line) {
  const auto words = words_of(line);
  if (words.size() < 2 || words.size() > kMaxWords) return std::nullopt;
  const auto address = base::Address::parse(words[0]);
  const bool is_up = words[1] == "up";
  if (!address || (!is_up && words[1] != "down")) return std::nullopt;
  Line read{*address, {.is_up = is_up, .ttl = {}}};
  if (words.size() == 2) return read;
  read.entry.ttl = base::parse_duration(words[2]);
  return read.entry.ttl ? std::optional(read) : std::nullopt;
}

Feed Feed::parse(std::string_view text) {
  Feed feed;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (is_blank(line)) continue;
    if (const auto read = parse_line(line))
      feed.entries_.insert_or_assign(read->address, read->entry);
    else if (feed.first_bad_line_ == 0)
      feed.first_bad_line_ = number;
  }
  return feed;
}

Result Feed::result_for(const base::Address& address, base::Duration age) const {
  const auto found = entries_.find(address);
  if (found == entries_.end()) {
    const std::string why =
        first_bad_line_ == 0
            ? ""
            : fmt::format("; line {} is not \"ADDRESS up|down [TTL]\"", first_bad_line_);
    return {Outcome::NotProbed, "the file has no line for the address" + why};
  }
  const auto& [is_up, ttl] = found->second;
  if (ttl && age > *ttl) {
    return {Outcome::NotProbed,
            fmt::format("the file's line is older than its {}", base::to_string(*ttl))};
  }
  if (is_up) return {Outcome::Success, "the file says up"};
  return {Outcome::ReportedDown, "the file says down"};
}

}  // namespace loadstar::health
