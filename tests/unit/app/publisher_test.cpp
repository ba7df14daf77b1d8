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
