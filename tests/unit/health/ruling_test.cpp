#include "loadstar/health/ruling.hpp"

#include "catch.hpp"

using namespace loadstar;
using namespace loadstar::health;
using model::AdminState;
using namespace std::chrono_literals;

namespace {

const SystemTime kNoon{1'764'417'600'000ms};

/// A pool of one endpoint, and what is said of it.
struct World {
  World() {
    pool.name = pool.full_name = "web";
    pool.region = region;
    pool.endpoints.resize(1);
    pool.endpoints[0].id = "a";
    region->name = "fra";
  }
  void drain(base::Duration over) {
    overrides.set({.target = *OverrideTarget::parse("pool:web"),
                   .version = {},
                   .over = over,
                   .author = "alice",
                   .why = "kernel",
                   .from = kNoon,
                   .until = kNoon + 1h,
                   .keep_until = kNoon + 1h},
                  kNoon);
  }
  [[nodiscard]] Outlook at(SystemTime now) const {
    return outlook(overrides, pool, pool.endpoints[0], now);
  }

  std::shared_ptr<model::Region> region = std::make_shared<model::Region>();
  model::Pool pool;
  Overrides overrides{"ns1"};
};

}  // namespace

TEST_CASE("without a word from anybody there is no ruling", "[health][ruling]") {
  const Outlook outlook = World().at(kNoon);
  CHECK_FALSE(outlook.ruling);
  CHECK(outlook.changes_at == SystemTime::max());
}

TEST_CASE("a ruling says who, why and until when", "[health][ruling]") {
  World world;
  world.drain(0ms);
  const Outlook outlook = world.at(kNoon);
  REQUIRE(outlook.ruling);
  CHECK(outlook.ruling->state == AdminState::Drain);
  CHECK(outlook.ruling->kept_percent == 0);
  CHECK(outlook.changes_at == kNoon + 1h);
  CHECK(outlook.ruling->to_string() ==
        "drained by alice until 2025-11-29T13:00:00Z (override of pool:web): kernel");
  CHECK_FALSE(world.at(kNoon + 1h).ruling);
}

TEST_CASE("a drain over a time takes its clients by the percent", "[health][ruling]") {
  World world;
  world.drain(10min);
  const auto kept = [&](base::Duration after) {
    return +world.at(kNoon + after).ruling->kept_percent;
  };
  CHECK(kept(0ms) == 99);
  CHECK(kept(5min) == 50);
  CHECK(kept(10min - 1ms) == 1);
  CHECK(kept(10min) == 0);
  CHECK(world.at(kNoon + 10min).changes_at == kNoon + 1h);
}

TEST_CASE("each step of a drain is known beforehand, and they come no faster than a second",
          "[health][ruling]") {
  World world;
  const auto over = GENERATE(base::Duration(7s), base::Duration(10min), base::Duration(59min));
  world.drain(over);
  SystemTime now = kNoon;
  int kept = 100;
  int steps = 0;
  while (now < kNoon + over) {
    const Outlook outlook = world.at(now);
    CHECK(outlook.ruling->kept_percent < kept);
    kept = outlook.ruling->kept_percent;
    CHECK(outlook.changes_at >= now + 1s);
    now = outlook.changes_at;
    ++steps;
  }
  CHECK(world.at(now).ruling->kept_percent == 0);
  CHECK(steps <= 100);
}

namespace {

model::Maintenance window(base::Duration from, base::Duration life, base::Duration lead = {},
                          AdminState state = AdminState::Drain) {
  model::Maintenance made;
  made.from = kNoon + from;
  made.until = kNoon + from + life;
  made.lead = lead;
  made.state = state;
  made.why = "switch";
  return made;
}

}  // namespace

TEST_CASE("a window rules from its start to its end", "[health][ruling][maintenance]") {
  World world;
  world.pool.maintenance = {window(1h, 30min, 10min)};
  const auto [after, rules, leads, next] =
      GENERATE(table<base::Duration, bool, bool, base::Duration>({{0min, false, false, 50min},
                                                                  {50min, false, true, 1h},
                                                                  {1h, true, false, 90min},
                                                                  {89min, true, false, 90min}}));
  const Outlook outlook = world.at(kNoon + after);
  CHECK(outlook.ruling.has_value() == rules);
  CHECK(outlook.is_about_to_change == leads);
  CHECK(outlook.changes_at == kNoon + next);
  CHECK(world.at(kNoon + 90min).changes_at == SystemTime::max());
}

TEST_CASE("an override goes before a window, and the narrower window before the wider",
          "[health][ruling][maintenance]") {
  World world;
  world.region->maintenance = {window(0min, 1h)};
  CHECK(world.at(kNoon).ruling->target == "region:fra");
  world.pool.maintenance = {window(0min, 1h)};
  CHECK(world.at(kNoon).ruling->target == "pool:web");
  world.pool.endpoints[0].maintenance = {window(0min, 1h, 0min, AdminState::Down)};
  CHECK(world.at(kNoon).ruling->target == "endpoint:web/a");
  CHECK(world.at(kNoon).ruling->state == AdminState::Down);
  world.drain(0ms);
  CHECK(world.at(kNoon).ruling->source == Ruling::Source::Override);
}

TEST_CASE("of two windows of one place the one that ends last rules",
          "[health][ruling][maintenance]") {
  World world;
  world.pool.maintenance = {window(0min, 1h), window(0min, 2h), window(0min, 30min)};
  CHECK(world.at(kNoon).ruling->until == kNoon + 2h);
  CHECK(world.at(kNoon).changes_at == kNoon + 30min);
}

TEST_CASE("what is held up is announced before it is let go", "[health][ruling]") {
  World world;
  Override up{.target = *OverrideTarget::parse("pool:web"),
              .version = {},
              .state = AdminState::Up,
              .author = "alice",
              .why = "probe is wrong",
              .from = kNoon,
              .until = kNoon + 1h,
              .keep_until = kNoon + 1h};
  world.overrides.set(up, kNoon);
  CHECK_FALSE(world.at(kNoon).is_about_to_change);
  CHECK(world.at(kNoon).changes_at == kNoon + 1h - kOverrideLead);
  CHECK(world.at(kNoon + 55min).is_about_to_change);
}
