#include "override_request.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <set>

#include "loadstar/base/duration.hpp"

namespace loadstar::app {
namespace {

using health::Override;
using health::OverrideTarget;
using Refusal = std::unexpected<std::string>;

/// So many names are told of what could have been meant.
constexpr std::size_t kNamesTold = 10;

std::expected<model::AdminState, std::string> state_of(std::string_view word) {
  constexpr std::array kStates{model::AdminState::Drain, model::AdminState::Down,
                               model::AdminState::Up, model::AdminState::Auto};
  for (const model::AdminState state : kStates) {
    if (model::to_string(state) == word) return state;
  }
  return Refusal(fmt::format("\"{}\" is not \"drain\", \"down\", \"up\" or \"auto\"", word));
}

std::expected<base::Duration, std::string> life_of(const std::string& text) {
  if (text.empty()) return health::kDefaultOverrideLife;
  const auto life = base::parse_duration(text);
  if (life && *life > base::Duration(0) && *life <= health::kLongestOverrideLife) return *life;
  return Refusal(fmt::format("\"{}\" is not a time of up to {}, such as \"30m\"", text,
                             base::to_string(health::kLongestOverrideLife)));
}

std::expected<base::Duration, std::string> over_of(const std::string& text) {
  if (text.empty()) return base::Duration(0);
  const auto over = base::parse_duration(text);
  if (over) return *over;
  return Refusal(fmt::format("\"{}\" is not a time such as \"10m\"", text));
}

/// What a target of that level could have named.
std::set<std::string> names_for(health::TargetLevel level, const answer::Snapshot& snapshot) {
  std::set<std::string> names;
  for (const auto& pool : snapshot.pools()) {
    switch (level) {
      case health::TargetLevel::Region:
        if (pool->region != nullptr) names.insert(fmt::format("region:{}", pool->region->name));
        break;
      case health::TargetLevel::Pool: names.insert(fmt::format("pool:{}", pool->name)); break;
      case health::TargetLevel::Endpoint:
        for (const model::Endpoint& endpoint : pool->endpoints)
          names.insert(fmt::format("endpoint:{}/{}", pool->name, endpoint.id));
        break;
    }
  }
  return names;
}

std::string nothing_meant(const OverrideTarget& target, const answer::Snapshot& snapshot) {
  const std::set<std::string> names = names_for(target.level(), snapshot);
  if (names.empty()) return fmt::format("\"{}\" means nothing that is served here", target.text());
  const std::size_t told = std::min(names.size(), kNamesTold);
  return fmt::format(
      "\"{}\" means nothing that is served here; there is {}{}", target.text(),
      fmt::join(names.begin(), std::next(names.begin(), static_cast<long>(told)), ", "),
      told < names.size() ? ", …" : "");
}

}  // namespace

std::expected<Override, std::string> override_of(const control::OverrideRequest& request,
                                                 health::SystemTime now) {
  auto target = OverrideTarget::parse(request.target);
  if (!target) return Refusal(target.error());
  const auto state = state_of(request.state);
  if (!state) return Refusal(state.error());
  const auto life = life_of(request.life);
  if (!life) return Refusal(life.error());
  const auto over = over_of(request.over);
  if (!over) return Refusal(over.error());
  Override override{.target = *std::move(target),
                    .version = {},
                    .state = *state,
                    .over = *over,
                    .author = request.author,
                    .why = request.why,
                    .from = now,
                    .until = now + *life,
                    .keep_until = now + *life};
  if (auto problem = health::problem_of(override)) return Refusal(*std::move(problem));
  return override;
}

std::expected<std::size_t, std::string> count_meant(const OverrideTarget& target,
                                                    const answer::Snapshot& snapshot) {
  std::size_t count = 0;
  for (const auto& pool : snapshot.pools()) {
    count += static_cast<std::size_t>(std::ranges::count_if(
        pool->endpoints,
        [&](const model::Endpoint& endpoint) { return target.matches(*pool, endpoint); }));
  }
  if (count == 0) return Refusal(nothing_meant(target, snapshot));
  return count;
}

}  // namespace loadstar::app
