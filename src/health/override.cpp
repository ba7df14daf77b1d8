#include "loadstar/health/override.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <utility>

#include "loadstar/base/utf8.hpp"

namespace loadstar::health {
namespace {

using Refusal = std::unexpected<std::string>;

constexpr std::array<std::pair<std::string_view, TargetLevel>, 3> kLevels{{
    {"region:", TargetLevel::Region},
    {"pool:", TargetLevel::Pool},
    {"endpoint:", TargetLevel::Endpoint},
}};

bool is_name_character(char c) { return c > ' ' && c <= '~' && c != '"'; }

/// UTF-8 without control characters, which a terminal or a log could take for something else.
bool is_plain_text(std::string_view text) {
  while (!text.empty()) {
    const base::Utf8Character first = base::first_character(text);
    if (first.bytes == 0 || first.code_point < 0x20 ||
        (first.code_point >= 0x7f && first.code_point < 0xa0))
      return false;
    text.remove_prefix(first.bytes);
  }
  return true;
}

std::optional<std::string> problem_of_text(std::string_view what, std::string_view text,
                                           std::size_t most) {
  if (text.empty()) return fmt::format("{} is missing", what);
  if (text.size() <= most && is_plain_text(text)) return std::nullopt;
  return fmt::format("{} is not a text of 1 to {} bytes without control characters", what, most);
}

}  // namespace

bool glob_matches(std::string_view pattern, std::string_view text) noexcept {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;  // the last one, and what it has taken so far
  std::size_t taken = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      taken = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++taken;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

std::expected<OverrideTarget, std::string> OverrideTarget::parse(std::string_view text) {
  const auto kind = std::ranges::find_if(
      kLevels, [&](const auto& level) { return text.starts_with(level.first); });
  const bool is_readable =
      text.size() <= kMostBytes && std::ranges::all_of(text, is_name_character);
  if (kind == kLevels.end() || !is_readable)
    return Refusal(fmt::format(
        "\"{}\" is not a target: \"region:NAME\", \"pool:NAME\" or \"endpoint:POOL/ID\"",
        text.substr(0, kMostBytes)));
  std::string_view name = text.substr(kind->first.size());
  std::string_view id;
  if (kind->second == TargetLevel::Endpoint) {
    const std::size_t slash = name.rfind('/');
    if (slash == std::string_view::npos)
      return Refusal(fmt::format("\"{}\" names no endpoint: write \"endpoint:POOL/ID\"", text));
    id = name.substr(slash + 1);
    name = name.substr(0, slash);
    if (id.empty()) return Refusal(fmt::format("\"{}\" ends without an endpoint's id", text));
  }
  if (name.empty()) return Refusal(fmt::format("\"{}\" holds no name", text));
  return OverrideTarget(text, kind->second, name, id);
}

bool OverrideTarget::names(const model::Pool& pool) const {
  const bool is_full = name_.find('/') != std::string::npos;
  return glob_matches(name_, is_full ? pool.full_name : pool.name);
}

bool OverrideTarget::matches(const model::Pool& pool, const model::Endpoint& endpoint) const {
  switch (level_) {
    case TargetLevel::Region:
      return pool.region != nullptr && glob_matches(name_, pool.region->name);
    case TargetLevel::Pool: return names(pool);
    case TargetLevel::Endpoint: return names(pool) && glob_matches(id_, endpoint.id);
  }
  return false;
}

bool OverrideTarget::matches(const model::Pool& pool) const {
  return std::ranges::any_of(
      pool.endpoints, [&](const model::Endpoint& endpoint) { return matches(pool, endpoint); });
}

std::optional<std::string> problem_of(const Override& override) {
  if (auto problem = problem_of_text("the author", override.author, kMostOverrideAuthorBytes))
    return problem;
  if (auto problem = problem_of_text("the reason", override.why, kMostOverrideWhyBytes))
    return problem;
  const base::Duration life = override.until - override.from;
  if (life <= base::Duration(0) || life > kLongestOverrideLife)
    return fmt::format("an override lasts up to {}", base::to_string(kLongestOverrideLife));
  if (override.over < base::Duration(0) || override.over >= life)
    return fmt::format("clients are drained over less than the {} that the drain lasts",
                       base::to_string(life));
  if (override.over != base::Duration(0) && override.state != model::AdminState::Drain)
    return "only a drain takes its clients away over a time";
  return std::nullopt;
}

}  // namespace loadstar::health
