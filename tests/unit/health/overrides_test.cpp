#include "loadstar/health/overrides.hpp"

#include <algorithm>
#include <random>

#include "catch.hpp"

using namespace loadstar;
using namespace loadstar::health;
using model::AdminState;
using namespace std::chrono_literals;

namespace {

const SystemTime kNoon{1'764'417'600'000ms};

Override said(std::string_view target, AdminState state, SystemTime from = kNoon,
              base::Duration life = 1h) {
  return {.target = *OverrideTarget::parse(target),
          .version = {},
          .state = state,
          .author = "alice",
          .why = "kernel",
          .from = from,
          .until = from + life,
          .keep_until = from + life};
}

model::Pool pool() {
  model::Pool made;
  made.name = made.full_name = "web";
  auto place = std::make_shared<model::Region>();
  place->name = "fra";
  made.region = std::move(place);
  made.endpoints.resize(1);
  made.endpoints[0].id = "a";
  return made;
}

std::optional<AdminState> deciding(const Overrides& overrides, SystemTime now = kNoon) {
  const model::Pool made = pool();
  const auto found = overrides.look_up(made, made.endpoints[0], now);
  if (found.deciding == nullptr) return std::nullopt;
  return found.deciding->state;
}

}  // namespace

TEST_CASE("the more particular override decides, whichever is newer", "[health][overrides]") {
  Overrides overrides("ns1");
  overrides.set(said("endpoint:web/a", AdminState::Up), kNoon);
  overrides.set(said("pool:web", AdminState::Drain), kNoon + 1ms);
  overrides.set(said("region:fra", AdminState::Down), kNoon + 2ms);
  CHECK(deciding(overrides) == AdminState::Up);
  CHECK(overrides.remove("endpoint:web/a", "bob", kNoon + 3ms));
  CHECK(deciding(overrides) == AdminState::Drain);
  CHECK(overrides.remove("pool:web", "bob", kNoon + 3ms));
  CHECK(deciding(overrides) == AdminState::Down);
}

TEST_CASE("of two for the same endpoint the newer decides", "[health][overrides]") {
  Overrides overrides("ns1");
  overrides.set(said("pool:web*", AdminState::Drain), kNoon);
  overrides.set(said("pool:w*", AdminState::Down), kNoon + 1ms);
  CHECK(deciding(overrides) == AdminState::Down);
  overrides.set(said("pool:web*", AdminState::Up), kNoon + 2ms);
  CHECK(deciding(overrides) == AdminState::Up);
}

TEST_CASE("an override ends by itself and is forgotten", "[health][overrides]") {
  Overrides overrides("ns1");
  overrides.set(said("pool:web", AdminState::Down), kNoon);
  CHECK(deciding(overrides, kNoon + 1h - 1ms) == AdminState::Down);
  CHECK(deciding(overrides, kNoon + 1h) == std::nullopt);
  CHECK_FALSE(overrides.remove("pool:web", "bob", kNoon + 1h));
  CHECK_FALSE(overrides.forget(kNoon + 1h - 1ms));
  CHECK(overrides.forget(kNoon + 1h));
  CHECK(overrides.all().empty());
}

TEST_CASE("what begins later is known before", "[health][overrides]") {
  Overrides overrides("ns1");
  const Override later = said("pool:web", AdminState::Down, kNoon + 5min);
  CHECK(overrides.merge(std::span(&later, 1)).size() == 1);
  const model::Pool made = pool();
  const auto found = overrides.look_up(made, made.endpoints[0], kNoon);
  CHECK(found.deciding == nullptr);
  CHECK(found.next_begins == kNoon + 5min);
}

TEST_CASE("a tombstone outlives everything that it has replaced", "[health][overrides]") {
  Overrides here("ns1");
  Overrides cut_off("ns2");
  here.set(said("pool:web", AdminState::Down, kNoon, 24h), kNoon);
  static_cast<void>(cut_off.merge(here.all()));
  here.set(said("pool:web", AdminState::Drain, kNoon + 1min, 10min), kNoon + 1min);
  CHECK(here.remove("pool:web", "bob", kNoon + 2min));
  here.forget(kNoon + 1h);
  static_cast<void>(here.merge(cut_off.all()));  // it still has the first one
  CHECK(deciding(here, kNoon + 1h) == std::nullopt);
  static_cast<void>(cut_off.merge(here.all()));
  CHECK(deciding(cut_off, kNoon + 1h) == std::nullopt);
  CHECK(here.forget(kNoon + 24h));
}

TEST_CASE("a change here is newer than what it replaces, by whatever clock",
          "[health][overrides]") {
  Overrides ahead("ns2");
  ahead.set(said("pool:web", AdminState::Down), kNoon + 10min);
  Overrides here("ns1");
  static_cast<void>(here.merge(ahead.all()));
  here.set(said("pool:web", AdminState::Up), kNoon);
  static_cast<void>(ahead.merge(here.all()));
  CHECK(deciding(ahead, kNoon + 1min) == AdminState::Up);
}

TEST_CASE("only what is changed here is told", "[health][overrides]") {
  Overrides overrides("ns1");
  std::vector<Override> told;
  overrides.listen([&](const Override& one) { told.push_back(one); });
  const Override other = said("pool:other", AdminState::Down);
  static_cast<void>(overrides.merge(std::span(&other, 1)));
  CHECK(told.empty());
  overrides.set(said("pool:web", AdminState::Down), kNoon);
  CHECK(overrides.remove("pool:web", "bob", kNoon + 1ms));
  REQUIRE(told.size() == 2);
  CHECK_FALSE(told[0].is_removed);
  CHECK(told[1].is_removed);
  CHECK(told[1].author == "bob");
  CHECK(told[0].version < told[1].version);
}

TEST_CASE("nodes that have heard the same have the same", "[health][overrides]") {
  std::mt19937 random(GENERATE(range(0, 50)));
  const auto below = [&](int bound) { return std::uniform_int_distribution(0, bound - 1)(random); };
  constexpr std::array kTargets{"pool:web", "pool:w*", "region:fra"};
  constexpr std::array kStates{AdminState::Up, AdminState::Down, AdminState::Drain};
  std::vector<Override> all;
  for (int i = 0; i < 40; ++i) {
    Override one = said(kTargets[static_cast<std::size_t>(below(3))],
                        kStates[static_cast<std::size_t>(below(3))], kNoon + below(3) * 1min);
    // Few versions, so that some are the same though the overrides differ.
    one.version = {.ms = below(4), .node = below(2) == 0 ? "ns1" : "ns2"};
    one.is_removed = below(4) == 0;
    one.keep_until = one.until + below(3) * 1min;
    all.push_back(one);
  }
  Overrides in_order("a");
  for (const Override& one : all) static_cast<void>(in_order.merge(std::span(&one, 1)));
  Overrides shuffled("b");
  std::vector<Override> twice = all;
  twice.insert(twice.end(), all.begin(), all.end());
  std::ranges::shuffle(twice, random);
  static_cast<void>(shuffled.merge(twice));
  CHECK(shuffled.all() == in_order.all());
  Overrides by_way_of_others("c");
  static_cast<void>(by_way_of_others.merge(std::span(all).first(20)));
  Overrides rest("d");
  static_cast<void>(rest.merge(std::span(all).subspan(20)));
  static_cast<void>(by_way_of_others.merge(rest.all()));
  CHECK(by_way_of_others.all() == in_order.all());
  CHECK(in_order.merge(shuffled.all()).empty());
}
