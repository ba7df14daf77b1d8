#include "loadstar/app/publisher.hpp"

#include <algorithm>

#include "loadstar/model/loader.hpp"

#include "catch.hpp"

using namespace loadstar;
using namespace loadstar::app;
using health::Outcome;

namespace {

constexpr std::string_view kZone = R"({
  "zone": "example.com",
  "monitors": { "web": { "type": "tcp", "port": 80, "interval": "5s", "fall": 2, "rise": 1 } },
  "pools": {
    "one": { "monitor": "web", "endpoints": [ { "id": "a", "a": "192.0.2.1", "aaaa": "2001:db8::1" }, { "id": "b", "a": "192.0.2.2" } ] },
    "two": { "monitor": "web", "endpoints": [ { "id": "c", "a": "192.0.2.3" } ] },
    "still": { "endpoints": [ { "id": "d", "a": "192.0.2.4" }, { "id": "e", "a": "192.0.2.5", "state": "drain" } ] } },
  "policies": { "www": { "rules": [ { "pools": ["one", "two", "still"] } ] } },
  "records": { "@": { "NS": "ns1", "steer": "www" }, "ns1": { "A": "192.0.2.53" } } })";

std::shared_ptr<const answer::Snapshot> compile(std::string_view text = kZone) {
  auto loaded = model::load_zones({model::make_source("example.json", std::string(text))});
  base::Diagnostics diagnostics = loaded.diagnostics;
  auto snapshot = answer::Snapshot::compile(
      {.zones = loaded.zones, .master_files = {}, .databases = geo::Databases::open({})},
      diagnostics);
  if (diagnostics.has_errors()) throw base::ConfigError(diagnostics.errors());
  return snapshot;
}

/// A publisher with a health board that the test writes to.
struct World {
  explicit World(std::shared_ptr<const answer::Snapshot> served = compile())
      : snapshot(std::move(served)) {
    static_cast<void>(health.own().set_targets(targets_of(*snapshot)));
    publisher.publish(snapshot);
  }

  void probe(std::string_view address, Outcome outcome) {
    for (const health::BoardEntry& entry : health.own().snapshot()) {
      if (entry.target.address.address != base::Address::parse(address)) continue;
      health.own().record(entry.id, {.outcome = outcome, .text = "", .latency = {}}, {});
    }
  }
  /// Of a pool of the published state.
  [[nodiscard]] std::shared_ptr<const steer::PoolView> view(std::string_view pool) const {
    const auto state = states.load();
    const auto pools = state->pools.live();
    return {state, *std::ranges::find_if(
                       pools, [&](const auto* one) { return one->pool().name == pool; })};
  }

  std::shared_ptr<const answer::Snapshot> snapshot;
  answer::StateBoard states;
  health::Consensus health{
      {.listener = [this](health::TargetId target, health::Change) { publisher.mark(target); }}};
  Publisher publisher{states, health};
};

}  // namespace

TEST_CASE("a snapshot asks for a probe of every monitored address once", "[app][publisher]") {
  CHECK(targets_of(*compile()).size() == 4);
}

TEST_CASE("without a verdict everything counts as up", "[app][publisher]") {
  const World world;
  CHECK(world.view("one")->usable());
  CHECK(world.view("one")->states()[0].v4 == steer::Liveness::Up);
  CHECK(world.view("still")->states()[1].v4 == steer::Liveness::Draining);
}

TEST_CASE("a verdict rebuilds the pools it touches and no others", "[app][publisher]") {
  World world;
  const auto one = world.view("one");
  const auto two = world.view("two");
  world.probe("192.0.2.3", Outcome::Refused);
  CHECK(world.view("two") == two);  // not before flush()
  world.publisher.flush();
  CHECK(!world.view("two")->usable());
  CHECK(world.view("one") == one);
}

TEST_CASE("verdicts that come together make one state", "[app][publisher]") {
  World world;
  const auto before = world.states.generation();
  world.probe("192.0.2.1", Outcome::Timeout);
  world.probe("2001:db8::1", Outcome::Timeout);
  world.probe("192.0.2.3", Outcome::Timeout);
  world.publisher.flush();
  CHECK(world.states.generation() == before + 1);
  world.publisher.flush();
  CHECK(world.states.generation() == before + 1);
}

TEST_CASE("each address family has a verdict of its own", "[app][publisher]") {
  World world;
  world.probe("2001:db8::1", Outcome::Timeout);
  world.publisher.flush();
  CHECK(world.view("one")->states()[0].v4 == steer::Liveness::Up);
  CHECK(world.view("one")->states()[0].v6 == steer::Liveness::Down);
}

TEST_CASE("a failure that does not change the verdict unsettles the pool", "[app][publisher]") {
  World world;
  world.probe("192.0.2.3", Outcome::Success);
  world.publisher.flush();
  CHECK(world.view("two")->settled_seconds() == 10);  // two failures, five seconds apart
  world.probe("192.0.2.3", Outcome::Timeout);
  world.publisher.flush();
  CHECK(world.view("two")->usable());
  CHECK(world.view("two")->settled_seconds() == 5);
}

TEST_CASE("verdicts outlive a new snapshot", "[app][publisher]") {
  World world;
  world.probe("192.0.2.3", Outcome::Timeout);
  world.publisher.flush();
  const auto next = compile();
  static_cast<void>(world.health.own().set_targets(targets_of(*next)));
  world.publisher.publish(next);
  CHECK(world.states.load()->snapshot == next);
  CHECK(!world.view("two")->usable());
  CHECK(world.view("two")->last_usable() != 0);  // before the verdict, under the old snapshot
}

TEST_CASE("a target that no pool has any more is marked in vain", "[app][publisher]") {
  World world;
  const auto targets = targets_of(*world.snapshot);
  static_cast<void>(world.health.own().set_targets(targets));
  const auto next = compile(
      R"({ "zone": "example.com", "records": { "@": { "NS": "ns1" }, "ns1": { "A": "192.0.2.53" } } })");
  world.publisher.publish(next);
  const auto before = world.states.generation();
  world.probe("192.0.2.3", Outcome::Timeout);
  world.publisher.flush();
  CHECK(world.states.generation() == before);
}

namespace {

constexpr std::string_view kCombined = R"({
  "zone": "example.com",
  "monitors": {
    "web": { "type": "tcp", "port": 80, "fall": 1, "rise": 1 },
    "site": { "type": "agent", "port": 81, "fall": 1, "rise": 1 },
    "both": { "all_of": ["web", "site"] } },
  "pools": { "one": { "monitor": "both", "balance": "weighted", "endpoints": [
    { "id": "a", "a": "192.0.2.1", "weight": 30 }, { "id": "b", "a": "192.0.2.2", "weight": 1 } ] } },
  "policies": { "www": { "rules": [ { "pools": ["one"] } ] } },
  "records": { "@": { "NS": "ns.example.net.", "steer": "www" } } })";

/// Enters a result of what is probed at this address and port.
void probe(health::Board& board, std::string_view endpoint, const health::Result& result) {
  for (const health::BoardEntry& entry : board.snapshot()) {
    if (entry.target.address == *base::Endpoint::parse(endpoint, 0))
      board.record(entry.id, result, {});
  }
}

/// A publisher whose time stands still until the test moves it.
struct TimedWorld {
  explicit TimedWorld(std::string_view zone = kZone) : snapshot(compile(zone)) {
    static_cast<void>(health.own().set_targets(targets_of(*snapshot)));
    publisher.publish(snapshot);
  }

  void say(std::string_view target, model::AdminState state, base::Duration life,
           base::Duration over = {}) {
    const auto moment = std::chrono::floor<base::Duration>(now.system);
    overrides.set({.target = *health::OverrideTarget::parse(target),
                   .version = {},
                   .state = state,
                   .over = over,
                   .author = "alice",
                   .why = "kernel",
                   .from = moment,
                   .until = moment + life,
                   .keep_until = moment + life},
                  moment);
    publisher.mark(*health::OverrideTarget::parse(target));
    publisher.flush();
  }
  void probe(Outcome outcome) {
    for (const health::BoardEntry& entry : health.own().snapshot())
      health.own().record(entry.id, {.outcome = outcome, .text = "", .latency = {}}, now.steady);
    publisher.flush();
  }
  void pass(base::Duration time) {
    now.steady += time;
    now.system += time;
    publisher.refresh();
  }
  [[nodiscard]] steer::EndpointState state(std::string_view pool, std::size_t endpoint = 0) const {
    const auto published = states.load();
    const auto pools = published->pools.live();
    return (*std::ranges::find_if(pools, [&](const auto* one) { return one->pool().name == pool; }))
        ->states()[endpoint];
  }

  base::Now now{.steady = base::TimePoint(std::chrono::hours(500)),
                .system = base::Now::System(std::chrono::seconds(1'764'417'600))};
  std::shared_ptr<const answer::Snapshot> snapshot;
  answer::StateBoard states;
  health::Overrides overrides{"ns1"};
  health::Consensus health{
      {.listener = [this](health::TargetId target, health::Change) { publisher.mark(target); }}};
  Publisher publisher{states, health, &overrides, [this] { return now; }};
};

}  // namespace

using namespace std::chrono_literals;

TEST_CASE("an override goes before the file and ends by itself", "[app][publisher]") {
  TimedWorld world;
  world.say("pool:still", model::AdminState::Down, 10min);
  CHECK(world.state("still", 0).v4 == steer::Liveness::Down);
  CHECK(world.state("still", 0).withdrawn);
  CHECK(world.state("still", 1).v4 == steer::Liveness::Down);
  CHECK(world.state("still", 0).why ==
        "taken down by alice until 2025-11-29T12:10:00Z (override of pool:still): kernel");
  world.pass(10min - 1ms);
  CHECK(world.state("still", 0).v4 == steer::Liveness::Down);
  world.pass(1ms);
  CHECK(world.state("still", 0).v4 == steer::Liveness::Up);
  CHECK(world.state("still", 1).v4 == steer::Liveness::Draining);
  CHECK(world.state("still", 0).why.empty());
  CHECK_FALSE(world.publisher.next_change());
}

TEST_CASE("what is drained is no failure, and its monitor goes on", "[app][publisher]") {
  TimedWorld world;
  world.say("endpoint:two/c", model::AdminState::Drain, 1h);
  CHECK(world.state("two").v4 == steer::Liveness::Draining);
  world.say("endpoint:two/c", model::AdminState::Auto, 1h);
  world.probe(Outcome::Refused);
  CHECK(world.state("two").v4 == steer::Liveness::Down);
  CHECK_FALSE(world.state("two").withdrawn);
}

TEST_CASE("a drain over a time is published step by step", "[app][publisher]") {
  TimedWorld world;
  world.say("pool:still", model::AdminState::Drain, 1h, 10min);
  int steps = 0;
  while (world.state("still", 0).v4 == steer::Liveness::Up) {
    REQUIRE(world.publisher.next_change());
    const auto generation = world.states.generation();
    world.pass(
        std::chrono::ceil<base::Duration>(*world.publisher.next_change() - world.now.system));
    CHECK(world.states.generation() == generation + 1);
    REQUIRE(++steps <= 100);
  }
  CHECK(steps > 90);
  CHECK(world.state("still", 0).v4 == steer::Liveness::Draining);
}

TEST_CASE("a TTL is at its least before what is held up is let go", "[app][publisher]") {
  TimedWorld world;
  world.say("pool:still", model::AdminState::Up, 1h);
  CHECK(world.state("still").settled_seconds == steer::kSettledForGood);
  world.pass(55min);
  CHECK(world.state("still").settled_seconds == 0);
}

TEST_CASE("who is up again takes its clients back by and by", "[app][publisher]") {
  std::string zone(kZone);
  zone.insert(zone.find("\"fall\""), "\"ramp\": \"100s\", ");
  TimedWorld world(zone);
  world.probe(Outcome::Success);
  CHECK(world.state("two").share_percent == steer::kWholeShare);  // the first verdict
  for (int i = 0; i < 2; ++i) world.probe(Outcome::Refused);
  CHECK(world.state("two").v4 == steer::Liveness::Down);
  world.probe(Outcome::Success);
  CHECK(world.state("two").v4 == steer::Liveness::Up);
  CHECK(world.state("two").share_percent == 1);
  world.pass(50s);
  CHECK(world.state("two").share_percent == 50);
  world.pass(50s);
  CHECK(world.state("two").share_percent == steer::kWholeShare);
  CHECK_FALSE(world.publisher.next_change());
}

TEST_CASE("a maintenance window begins and ends by itself, and is announced by the TTL",
          "[app][publisher]") {
  std::string zone(kZone);
  zone.insert(
      zone.find("\"endpoints\": [ { \"id\": \"d\""),
      R"("maintenance": { "from": "2025-11-29T13:00:00+00:00", "for": "1h", "lead": "15m", "why": "new switch" }, )");
  TimedWorld world(zone);
  CHECK(world.state("still").settled_seconds == steer::kSettledForGood);
  world.pass(45min);
  CHECK(world.state("still").v4 == steer::Liveness::Up);
  CHECK(world.state("still").settled_seconds == 0);
  world.pass(15min);
  CHECK(world.state("still").v4 == steer::Liveness::Draining);
  CHECK(world.state("still").why ==
        "drained until 2025-11-29T14:00:00Z (maintenance of "
        "pool:example.com/still): new switch");
  world.say("pool:still", model::AdminState::Up, 10min);
  CHECK(world.state("still").v4 == steer::Liveness::Up);
  world.pass(10min);
  CHECK(world.state("still").v4 == steer::Liveness::Draining);
  world.pass(50min);
  CHECK(world.state("still").v4 == steer::Liveness::Up);
}

namespace {

std::string guarded_zone(std::string_view of_policy, std::string_view of_pool = "") {
  std::string zone = R"({
    "zone": "example.com",
    "regions": { "fra": {}, "iad": {}, "icn": {} },
    "monitors": { "web": { "type": "tcp", "port": 80, "fall": 1, "rise": 1 } },
    "pools": {
      "fra": { "region": "fra", "monitor": "web", POOL "endpoints": [ { "id": "a", "a": "192.0.2.1" }, { "id": "b", "a": "192.0.2.2" } ] },
      "iad": { "region": "iad", "monitor": "web", "endpoints": [ { "id": "c", "a": "192.0.2.3" } ] },
      "icn": { "region": "icn", "monitor": "web", "endpoints": [ { "id": "d", "a": "192.0.2.4" } ] } },
    "policies": { "www": { POLICY "rules": [ { "pools": ["fra", "iad", "icn"] } ] } },
    "records": { "@": { "NS": "ns1", "steer": "www" }, "ns1": { "A": "192.0.2.53" } } })";
  zone.replace(zone.find("POOL"), 4, of_pool);
  zone.replace(zone.find("POLICY"), 6, of_policy);
  return zone;
}

void fail(TimedWorld& world, std::string_view address) {
  for (const health::BoardEntry& entry : world.health.own().snapshot()) {
    if (entry.target.address.address != base::Address::parse(address)) continue;
    for (const Outcome outcome : {Outcome::Success, Outcome::Refused})
      world.health.own().record(entry.id, {.outcome = outcome, .text = "", .latency = {}},
                                world.now.steady);
  }
  world.publisher.flush();
}

health::Override drain_of(const TimedWorld& world, std::string_view target) {
  const auto moment = std::chrono::floor<base::Duration>(world.now.system);
  return {.target = *health::OverrideTarget::parse(target),
          .version = {},
          .author = "alice",
          .why = "kernel",
          .from = moment,
          .until = moment + 1h,
          .keep_until = moment + 1h};
}

}  // namespace

TEST_CASE("an endpoint is as up as all of its probes together", "[app][publisher]") {
  World world(compile(kCombined));
  CHECK(targets_of(*world.snapshot).size() == 4);
  probe(world.health.own(), "192.0.2.1:80", {Outcome::Success, ""});
  probe(world.health.own(), "192.0.2.1:81", {Outcome::ReportedDown, ""});
  world.publisher.flush();
  const auto down = world.view("one")->states()[0];
  CHECK(down.v4 == steer::Liveness::Down);
  REQUIRE(down.v4_decider != nullptr);
  CHECK(down.v4_decider->name == "site");
  CHECK(world.view("one")->states()[1].v4 == steer::Liveness::Up);
  probe(world.health.own(), "192.0.2.1:81", {Outcome::Success, ""});
  world.publisher.flush();
  CHECK(world.view("one")->states()[0].v4 == steer::Liveness::Up);
}

TEST_CASE("a weight that a probe brings is published", "[app][publisher]") {
  World world(compile(kCombined));
  health::Result half{Outcome::Success, ""};
  half.weight = {model::ReportedWeight::Unit::Percent, 50};
  probe(world.health.own(), "192.0.2.1:81", half);
  world.publisher.flush();
  const auto view = world.view("one");
  CHECK(weight_of(view->pool().endpoints[0], view->states()[0], base::Family::V4) == 15);
  half.weight = {model::ReportedWeight::Unit::Percent, 0};
  probe(world.health.own(), "192.0.2.1:81", half);
  world.publisher.flush();
  const auto members = world.view("one")->table(base::Family::V4, steer::PickFrom::Live).members();
  REQUIRE(members.size() == 1);
  CHECK(members[0] == 1);  // weight 0: only when no other is up
}

TEST_CASE("health takes no more regions than a guard allows", "[app][publisher][guards]") {
  TimedWorld world(guarded_zone(R"("guards": { "min_regions_up": 2 },)"));
  fail(world, "192.0.2.3");
  CHECK(world.state("iad").v4 == steer::Liveness::Down);
  CHECK(world.publisher.guards(1).empty());
  world.pass(1min);
  fail(world, "192.0.2.4");
  CHECK(world.state("iad").v4 == steer::Liveness::Down);
  CHECK(world.state("icn").v4 == steer::Liveness::Up);  // it went down last
  CHECK(world.state("icn").why == "kept up by the guard min_regions_up 2 of policy www");
  CHECK(world.publisher.guards(2) == std::vector<std::string>{"min_regions_up 2 of policy www"});
  world.probe(Outcome::Success);
  CHECK(world.state("iad").v4 == steer::Liveness::Up);
  CHECK(world.state("icn").why.empty());
  CHECK(world.publisher.guards(2).empty());
}

TEST_CASE("an override that would break a guard is told", "[app][publisher][guards]") {
  TimedWorld world(guarded_zone(R"("guards": { "min_regions_up": 2 },)",
                                R"("guards": { "panic_below": "60%" },)"));
  CHECK_FALSE(world.publisher.guard_against(drain_of(world, "region:iad")));
  CHECK(world.publisher.guard_against(drain_of(world, "region:i*")) ==
        "it would leave 1 regions of policy www up, and the guard min_regions_up is 2");
  world.say("region:iad", model::AdminState::Drain, 1h);
  CHECK(world.publisher.guard_against(drain_of(world, "pool:icn")));
  CHECK_FALSE(world.publisher.guard_against(drain_of(world, "region:iad")));  // it is already
  CHECK(world.publisher.guard_against(drain_of(world, "endpoint:fra/a")) ==
        "it would leave 1 of 2 endpoints of pool example.com/fra up, and the guard panic_below is "
        "60%");
}

TEST_CASE("health is ignored below a share of a pool", "[app][publisher][guards]") {
  TimedWorld world(guarded_zone("", R"("guards": { "panic_below": "60%" },)"));
  fail(world, "192.0.2.1");
  CHECK(world.state("fra", 0).v4 == steer::Liveness::Up);
  CHECK(world.publisher.guards(0) ==
        std::vector<std::string>{"panic_below 60%: 1 of 2 up, so health is ignored"});
}

TEST_CASE("a guard that limits how many leave lets go by itself", "[app][publisher][guards]") {
  TimedWorld world(
      guarded_zone("", R"("guards": { "max_removed": { "most": 1, "within": "10m" } },)"));
  fail(world, "192.0.2.1");
  world.pass(1min);
  fail(world, "192.0.2.2");
  CHECK(world.state("fra", 0).v4 == steer::Liveness::Down);
  CHECK(world.state("fra", 1).v4 == steer::Liveness::Up);
  world.pass(9min);
  CHECK(world.state("fra", 1).v4 == steer::Liveness::Down);
}
