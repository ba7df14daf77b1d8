#include "loadstar/app/guards.hpp"

#include <algorithm>

#include "catch.hpp"

using namespace loadstar;
using namespace loadstar::app;
using namespace std::chrono_literals;
using steer::EndpointState;
using steer::Liveness;

namespace {

const base::TimePoint kNow{std::chrono::hours(100)};
const EndpointState kUp{};
const EndpointState kDown{.v4 = Liveness::Down};
const EndpointState kWithdrawn{.v4 = Liveness::Down, .v6 = Liveness::Down, .withdrawn = true};

using States = std::vector<EndpointState>;
using Fell = std::vector<std::optional<base::TimePoint>>;

model::Pool pool(std::size_t endpoints) {
  model::Pool made;
  made.endpoints.resize(endpoints);
  return made;
}

std::string up_of(const Guarded& guarded) {
  std::string text;
  for (const EndpointState& state : guarded.states) text += state.v4 == Liveness::Up ? 'U' : '-';
  return text;
}

Guarded panic(double share, States states) {
  model::Pool made = pool(states.size());
  made.guards.panic_below = share;
  const Fell fell(states.size());
  return guard(made, std::move(states), fell, kNow);
}

Guarded limited(select::CountOrShare most, const Fell& fell, base::TimePoint now = kNow) {
  model::Pool made = pool(fell.size());
  made.guards.max_removed = {.most = most, .within = 10min};
  States states;
  for (const auto& one : fell) states.push_back(one ? kDown : kUp);
  return guard(made, states, fell, now);
}

}  // namespace

TEST_CASE("health is ignored when it leaves too few", "[app][guards]") {
  CHECK(up_of(panic(0.5, {kUp, kUp, kDown, kDown})) == "UU--");
  const Guarded guarded = panic(0.5, {kUp, kDown, kDown, kDown});
  CHECK(up_of(guarded) == "UUUU");
  CHECK(guarded.states[1].why == "kept up by the guard panic_below");
  CHECK(guarded.states[1].settled_seconds == 0);
  CHECK(guarded.states[0].why.empty());
  CHECK(guarded.acting ==
        std::vector<std::string>{"panic_below 50%: 1 of 4 up, so health is ignored"});
}

TEST_CASE("what operators took away is not brought back by a guard", "[app][guards]") {
  CHECK(up_of(panic(0.5, {kUp, kWithdrawn, kWithdrawn})) == "U--");
  CHECK(up_of(panic(0.6, {kUp, kWithdrawn, kDown})) == "U-U");
  CHECK(up_of(panic(1.0, {kWithdrawn, kWithdrawn})) == "--");
}

TEST_CASE("health takes away so many within a time", "[app][guards]") {
  CHECK(up_of(limited(2U, {{}, kNow - 1min, kNow - 2min})) == "U--");
  const Guarded guarded = limited(1U, {kNow, kNow - 1min, kNow - 2min});
  CHECK(up_of(guarded) == "UU-");  // the one that fell first has left
  CHECK(guarded.acting ==
        std::vector<std::string>{"max_removed 1 within 10m: 2 that are down stay"});
  CHECK(guarded.changes_after == 8min);
  CHECK(up_of(limited(1U, {kNow, kNow - 1min, kNow - 2min}, kNow + 8min)) == "U--");
  CHECK(up_of(limited(1U, {kNow, kNow - 1min, kNow - 2min}, kNow + 18min)) == "---");
}

TEST_CASE("a share of endpoints that may leave is one at least", "[app][guards]") {
  CHECK(up_of(limited(0.1, {kNow - 1min, kNow, {}})) == "-UU");
  CHECK(up_of(limited(0.67, {kNow - 1min, kNow, {}})) == "--U");
}

TEST_CASE("without guards nothing is touched", "[app][guards]") {
  const Guarded guarded = guard(pool(2), {kDown, kDown}, Fell(2), kNow);
  CHECK(up_of(guarded) == "--");
  CHECK(guarded.acting.empty());
}

TEST_CASE("regions are kept that went down last", "[app][guards]") {
  const std::vector<RegionPool> pools{
      {.pool = 0, .region = "fra", .is_usable = false, .fell_since = kNow - 3min},
      {.pool = 1, .region = "iad", .is_usable = false, .fell_since = kNow - 1min},
      {.pool = 2, .region = "iad", .is_usable = false, .fell_since = kNow - 5min},
      {.pool = 3, .region = "icn", .is_usable = false, .is_withdrawn = true, .fell_since = kNow},
      {.pool = 4, .region = "syd"},
      {.pool = 5, .region = ""}};
  CHECK(regions_up(pools) == 1);
  CHECK(kept_pools(pools, 1).empty());
  CHECK(kept_pools(pools, 2) == std::set<std::size_t>{1, 2});
  CHECK(kept_pools(pools, 3) == std::set<std::size_t>{0, 1, 2});
  CHECK(kept_pools(pools, 9) == std::set<std::size_t>{0, 1, 2});
}

TEST_CASE("a region with one usable pool is up", "[app][guards]") {
  const std::vector<RegionPool> pools{{.pool = 0, .region = "fra", .is_usable = false},
                                      {.pool = 1, .region = "fra"}};
  CHECK(regions_up(pools) == 1);
  CHECK(kept_pools(pools, 1).empty());
}
