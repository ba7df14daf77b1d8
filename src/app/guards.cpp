#include "loadstar/app/guards.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <map>

namespace loadstar::app {
namespace {

using steer::EndpointState;
using steer::Liveness;

// Absorbs what multiplying a decimal share leaves over.
constexpr double kShareSlack = 1e-9;

std::size_t most_of(const select::CountOrShare& most, std::size_t endpoints) {
  if (const auto* number = std::get_if<std::uint32_t>(&most)) return *number;
  const double share = *std::get_if<double>(&most) * static_cast<double>(endpoints);
  return std::max<std::size_t>(1, static_cast<std::size_t>(std::floor(share + kShareSlack)));
}

std::string to_text(const select::CountOrShare& most) {
  if (const auto* number = std::get_if<std::uint32_t>(&most)) return std::to_string(*number);
  return fmt::format("{:g}%", *std::get_if<double>(&most) * 100);
}

/// In a family that it lacks an endpoint is never down: it has no verdict there.
bool is_down(const EndpointState& state) {
  return state.v4 == Liveness::Down || state.v6 == Liveness::Down;
}

void keep_up(EndpointState& state, std::string_view guard) {
  if (state.withdrawn || !is_down(state)) return;
  for (Liveness* const family : {&state.v4, &state.v6}) {
    if (*family == Liveness::Down) *family = Liveness::Up;
  }
  state.settled_seconds = 0;
  state.why = fmt::format("kept up by the guard {}", guard);
}

/// Endpoints leave in the order in which they fell, each when `most` others have not left within
/// the time before it.
void limit_removals(const model::MaxRemoved& guard,
                    std::span<const std::optional<base::TimePoint>> fell, base::TimePoint now,
                    Guarded& guarded) {
  std::vector<std::pair<base::TimePoint, std::size_t>> fallen;
  for (std::size_t i = 0; i < fell.size(); ++i) {
    if (fell[i] && !guarded.states[i].withdrawn) fallen.emplace_back(*fell[i], i);
  }
  std::ranges::sort(fallen);
  const std::size_t most = most_of(guard.most, fell.size());
  std::size_t kept = 0;
  for (std::size_t i = 0; i < fallen.size(); ++i) {
    base::TimePoint& leaves = fallen[i].first;
    if (i >= most) leaves = std::max(leaves, fallen[i - most].first + guard.within);
    if (leaves <= now) continue;
    ++kept;
    keep_up(guarded.states[fallen[i].second], "max_removed");
    const auto wait = std::chrono::ceil<base::Duration>(leaves - now);
    guarded.changes_after = std::min(guarded.changes_after.value_or(wait), wait);
  }
  if (kept == 0) return;
  guarded.acting.push_back(fmt::format("max_removed {} within {}: {} that are down stay",
                                       to_text(guard.most), base::to_string(guard.within), kept));
}

void panic(double share, Guarded& guarded) {
  std::size_t present = 0;
  std::size_t up = 0;
  for (const EndpointState& state : guarded.states) {
    if (state.withdrawn) continue;
    ++present;
    if (!is_down(state)) ++up;
  }
  if (static_cast<double>(up) >= share * static_cast<double>(present) - kShareSlack) return;
  for (EndpointState& state : guarded.states) keep_up(state, "panic_below");
  guarded.acting.push_back(fmt::format("panic_below {:g}%: {} of {} up, so health is ignored",
                                       share * 100, up, present));
}

/// What its pools come to.
struct Region {
  bool is_up = false;
  bool can_be_kept = false;
  base::TimePoint fell_since{};
};

std::map<std::string_view, Region> regions_of(std::span<const RegionPool> pools) {
  std::map<std::string_view, Region> regions;
  for (const RegionPool& pool : pools) {
    if (pool.region.empty()) continue;
    Region& region = regions[pool.region];
    region.is_up = region.is_up || pool.is_usable;
    region.can_be_kept = region.can_be_kept || !pool.is_withdrawn;
    region.fell_since = std::max(region.fell_since, pool.fell_since);
  }
  return regions;
}

}  // namespace

Guarded guard(const model::Pool& pool, std::vector<EndpointState> states,
              std::span<const std::optional<base::TimePoint>> fell, base::TimePoint now) {
  Guarded guarded{.states = std::move(states), .acting = {}, .changes_after = {}};
  if (pool.guards.max_removed) limit_removals(*pool.guards.max_removed, fell, now, guarded);
  if (pool.guards.panic_below) panic(*pool.guards.panic_below, guarded);
  return guarded;
}

void keep_up(std::vector<EndpointState>& states, std::string_view guard) {
  for (EndpointState& state : states) keep_up(state, guard);
}

std::uint32_t regions_up(std::span<const RegionPool> pools) {
  const auto regions = regions_of(pools);
  return static_cast<std::uint32_t>(
      std::ranges::count_if(regions, [](const auto& entry) { return entry.second.is_up; }));
}

std::set<std::size_t> kept_pools(std::span<const RegionPool> pools, std::uint32_t least) {
  std::vector<std::pair<base::TimePoint, std::string_view>> down;
  for (const auto& [name, region] : regions_of(pools)) {
    if (!region.is_up && region.can_be_kept) down.emplace_back(region.fell_since, name);
  }
  std::ranges::sort(down, std::greater{});
  const std::uint32_t up = regions_up(pools);
  down.resize(std::min<std::size_t>(down.size(), least > up ? least - up : 0));
  std::set<std::size_t> kept;
  for (const RegionPool& pool : pools) {
    const bool is_kept =
        std::ranges::any_of(down, [&](const auto& entry) { return entry.second == pool.region; });
    if (is_kept && !pool.is_withdrawn) kept.insert(pool.pool);
  }
  return kept;
}

}  // namespace loadstar::app
