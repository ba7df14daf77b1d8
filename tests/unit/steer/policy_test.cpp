#include "loadstar/steer/policy.hpp"

#include <cmath>
#include <map>

#include "loadstar/steer/pool_views.hpp"

#include "catch.hpp"
#include "world.hpp"

using namespace loadstar;
using namespace loadstar::steer;
using namespace loadstar::steer::test;
using model::Method;
using Kind = model::OnAllDown::Kind;

namespace {

const auto kIad = region("iad", 38.95, -77.45);
const auto kFra = region("fra", 50.03, 8.56);
const auto kIcn = region("icn", 37.46, 126.44);

std::shared_ptr<model::Pool> pool_in(const std::shared_ptr<model::Region>& where,
                                     const std::string& name) {
  auto made = pool(name, endpoints(2));
  made->region = where;
  return made;
}

geo::Place place(std::string continent, std::string country,
                 std::optional<base::Coordinates> at = std::nullopt, std::uint32_t asn = 0,
                 std::vector<std::string> subdivisions = {}) {
  geo::Place made;
  made.continent = std::move(continent);
  made.country = std::move(country);
  made.coordinates = at;
  made.asn = asn;
  made.subdivisions = std::move(subdivisions);
  return made;
}

// 10/8 Germany, 20/8 Virginia, 30/8 Korea, 40/8 Switzerland without coordinates, 50/8 nothing
// known.
std::shared_ptr<const geo::Databases> databases() {
  const std::vector<geo::PlacedNetwork> table{
      {prefix("10.0.0.0/8"), place("EU", "DE", base::Coordinates{50.11, 8.68}, 3320, {"DE-HE"})},
      {prefix("20.0.0.0/8"), place("NA", "US", base::Coordinates{38.9, -77.0}, 701, {"US-VA"})},
      {prefix("30.0.0.0/8"), place("AS", "KR", base::Coordinates{37.5, 127.0}, 4766)},
      {prefix("40.0.0.0/8"), place("EU", "CH")},
      {prefix("2001:db8:a::/48"), place("EU", "DE", base::Coordinates{50.11, 8.68}, 3320)},
  };
  return geo::Databases::from_table(table);
}

// What `match` says of a client: a rule that has it, and one for all others.
bool matched(const model::Match& match, const Client& who) {
  model::Rule asked = rule({pool("yes", endpoints(1))});
  asked.match = match;
  World world({asked, rule({pool("no", endpoints(1))})}, databases());
  return world.chosen(who) == "yes";
}

model::Match subdivisions(std::vector<std::string> values) {
  model::Match made;
  made.subdivisions = std::move(values);
  return made;
}

model::Match asns(std::vector<std::uint32_t> values) {
  model::Match made;
  made.asns = std::move(values);
  return made;
}

model::Match both(model::Match match, const model::Match& with_cidrs) {
  match.cidrs = with_cidrs.cidrs;
  return match;
}

}  // namespace

TEST_CASE("each key of a match asks for its part of the client", "[steer][policy]") {
  struct Row {
    std::string_view about;
    model::Match match;
    std::string_view yes;
    std::string_view no;
  };
  const Row rows[] = {
      {"continents", continents({"AS", "EU"}), "10.0.0.1", "20.0.0.1"},
      {"countries", countries({"DE", "CH"}), "40.0.0.1", "20.0.0.1"},
      {"unknown place", countries({"DE"}), "10.0.0.1", "50.0.0.1"},
      {"subdivisions", subdivisions({"US-VA"}), "20.0.0.1", "10.0.0.1"},
      {"asns", asns({701, 4766}), "30.0.0.1", "10.0.0.1"},
      {"cidrs", cidrs({"10.1.0.0/16", "50.0.0.0/8"}), "10.1.2.3", "10.2.0.1"},
      {"IPv6 cidrs", cidrs({"2001:db8:b::/48"}), "2001:db8:b::1", "2001:db8:a::1"},
      {"IPv6 countries", countries({"DE"}), "2001:db8:a::1", "2001:db8:b::1"},
      {"IPv4 within", countries({"DE"}), "::ffff:10.0.0.1", "::ffff:20.0.0.1"},
      {"IPv4 within, cidrs", cidrs({"10.1.0.0/16"}), "64:ff9b::10.1.0.1", "64:ff9b::10.2.0.1"},
      {"AND", both(continents({"EU"}), cidrs({"10.1.0.0/16"})), "10.1.0.1", "10.2.0.1"},
      {"AND, the other", both(continents({"EU"}), cidrs({"0.0.0.0/1"})), "40.0.0.1", "20.0.0.1"},
      {"areas", area({countries({"KR"}), countries({"CH"})}), "40.0.0.1", "10.0.0.1"},
      {"areas in areas", area({area({countries({"KR"})})}), "30.0.0.1", "10.0.0.1"},
      {"cidrs in areas", area({cidrs({"10.9.0.0/16"})}), "10.9.0.1", "10.8.0.1"},
      {"not", without(continents({"EU"}), countries({"CH"})), "10.0.0.1", "40.0.0.1"},
      {"not alone", without({}, cidrs({"10.0.0.0/9"})), "10.128.0.1", "10.1.0.1"},
      {"not in not", without({}, without(countries({"DE"}), cidrs({"10.1.0.0/16"}))), "10.1.0.1",
       "10.2.0.1"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.about);
    CHECK(matched(row.match, client(row.yes)));
    CHECK_FALSE(matched(row.match, client(row.no)));
  }
}

TEST_CASE("the first rule that matches decides", "[steer][policy]") {
  model::Rule wide = rule({pool("wide", endpoints(1))});
  wide.match.continents = {"EU"};
  model::Rule narrow = rule({pool("narrow", endpoints(1))});
  narrow.match.countries = {"DE"};
  const model::Rule rest = rule({pool("rest", endpoints(1))});
  CHECK(World({wide, narrow, rest}, databases()).chosen(client("10.0.0.1")) == "wide");
  CHECK(World({narrow, wide, rest}, databases()).chosen(client("10.0.0.1")) == "narrow");
  CHECK(World({narrow, wide, rest}, databases()).chosen(client("20.0.0.1")) == "rest");
}

TEST_CASE("a client that no rule matches gets what no_match says", "[steer][policy]") {
  model::Rule only = rule({pool("p", endpoints(1))});
  only.match.countries = {"DE"};
  for (const auto& [no_match, expected] :
       {std::pair{model::NoMatch::NoData, "nodata"}, {model::NoMatch::Refused, "refused"}}) {
    World world({only}, databases());
    world.model().no_match = no_match;
    CHECK(world.chosen(client("10.0.0.1")) == "p");
    CHECK(world.chosen(client("20.0.0.1")) == expected);
    CHECK(world.choose(client("20.0.0.1")).scope_bits > 0);
  }
}

TEST_CASE("failover takes the first usable pool in the order of the list", "[steer][policy]") {
  const auto a = pool("a", endpoints(1));
  const auto b = pool("b", endpoints(1));
  const auto c = pool("c", endpoints(1));
  World world({rule({a, b, c})});
  CHECK(world.chosen(client("192.0.2.1")) == "a");
  world.set(a, kDown);
  CHECK(world.chosen(client("192.0.2.1")) == "b");
  world.set(b, kDrained);
  CHECK(world.chosen(client("192.0.2.1")) == "c");
  world.set(a, kUp);
  CHECK(world.chosen(client("192.0.2.1")) == "a");
}

TEST_CASE("nearest orders the pools by distance from the client", "[steer][policy]") {
  const auto iad = pool_in(kIad, "iad");
  const auto fra = pool_in(kFra, "fra");
  const auto icn = pool_in(kIcn, "icn");
  World world({rule({iad, fra, icn}, Method::Nearest)}, databases());
  CHECK(world.chosen(client("10.0.0.1")) == "fra");
  CHECK(world.chosen(client("20.0.0.1")) == "iad");
  CHECK(world.chosen(client("30.0.0.1")) == "icn");
  // Frankfurt to Ashburn is 6,500 km, to Seoul 8,500 km.
  world.set(fra, kDown);
  CHECK(world.chosen(client("10.0.0.1")) == "iad");
  world.set(iad, kDown);
  CHECK(world.chosen(client("10.0.0.1")) == "icn");
}

TEST_CASE("nearest without the client's coordinates is as listed", "[steer][policy]") {
  World world({rule({pool_in(kIad, "iad"), pool_in(kFra, "fra")}, Method::Nearest)}, databases());
  CHECK(world.chosen(client("40.0.0.1")) == "iad");
  CHECK(world.chosen(client("50.0.0.1")) == "iad");
}

TEST_CASE("nearest puts pools without coordinates last, as listed", "[steer][policy]") {
  const auto nowhere = pool("nowhere", endpoints(1));
  const auto elsewhere = pool_in(std::make_shared<model::Region>(), "elsewhere");
  const auto icn = pool_in(kIcn, "icn");
  World world({rule({nowhere, elsewhere, icn}, Method::Nearest)}, databases());
  CHECK(world.chosen(client("10.0.0.1")) == "icn");
  world.set(icn, kDown);
  CHECK(world.chosen(client("10.0.0.1")) == "nowhere");
  world.set(nowhere, kDown);
  CHECK(world.chosen(client("10.0.0.1")) == "elsewhere");
}

TEST_CASE("bias makes a pool nearer", "[steer][policy]") {
  model::Rule nearest = rule({pool_in(kFra, "fra"), pool_in(kIad, "iad")}, Method::Nearest);
  nearest.pools[1].bias_km = 6'000;
  CHECK(World({nearest}, databases()).chosen(client("10.0.0.1")) == "fra");
  nearest.pools[1].bias_km = 7'000;
  CHECK(World({nearest}, databases()).chosen(client("10.0.0.1")) == "iad");
}

TEST_CASE("pools that are equally far keep the order of the list", "[steer][policy]") {
  const auto first = pool_in(kFra, "first");
  const auto second = pool_in(kFra, "second");
  World world({rule({pool_in(kIcn, "icn"), first, second}, Method::Nearest)}, databases());
  CHECK(world.chosen(client("10.0.0.1")) == "first");
  world.set(first, kDown);
  CHECK(world.chosen(client("10.0.0.1")) == "second");
}

TEST_CASE("pools within a distance of the nearest share by weight", "[steer][policy]") {
  const auto ams = pool_in(region("ams", 52.31, 4.76), "ams");  // 360 km from Frankfurt
  const auto fra = pool_in(kFra, "fra");
  const auto iad = pool_in(kIad, "iad");
  model::Rule near = rule({iad, ams, fra}, Method::Nearest);
  near.within_km = 500;
  near.pools[1].weight = 3;
  World world({near}, databases());
  const auto count = [&](int draws) {
    std::map<std::string, int> counts;
    for (int i = 0; i < draws; ++i) ++counts[world.chosen(client("10.0.0.1"))];
    return counts;
  };
  constexpr int kDraws = 20'000;
  auto counts = count(kDraws);
  CHECK(counts.size() == 2);
  CHECK(std::abs(counts["ams"] - 0.75 * kDraws) <= 5 * std::sqrt(kDraws * 0.75 * 0.25));
  world.set(ams, kDown);
  CHECK(count(100)["fra"] == 100);
  world.set(fra, kDown);
  CHECK(count(100)["iad"] == 100);
  CHECK(world.chosen(client("20.0.0.1")) == "iad");
}

TEST_CASE("weighted shares among the usable pools by weight", "[steer][policy]") {
  const auto a = pool("a", endpoints(1));
  const auto b = pool("b", endpoints(1));
  const auto c = pool("c", endpoints(1));
  const auto d = pool("d", endpoints(1));
  model::Rule weighted = rule({a, b, c, d}, Method::Weighted);
  weighted.pools[0].weight = 6;
  weighted.pools[1].weight = 3;
  weighted.pools[3].weight = 0;
  World world({weighted});
  constexpr int kDraws = 40'000;
  const auto check_share = [&](const std::string& name, double share) {
    int count = 0;
    for (int i = 0; i < kDraws; ++i) count += world.chosen(client("192.0.2.1")) == name ? 1 : 0;
    CAPTURE(name, count);
    CHECK(std::abs(count - share * kDraws) <= 5 * std::sqrt(kDraws * share * (1 - share)));
  };
  check_share("a", 0.6);
  check_share("c", 0.1);
  check_share("d", 0);
  world.set(a, kDown);
  check_share("b", 0.75);
  world.set(b, kDown);
  world.set(c, kDown);
  check_share("d", 1);
}

TEST_CASE("round-robin between pools takes the usable ones in turn", "[steer][policy]") {
  const auto a = pool("a", endpoints(1));
  const auto b = pool("b", endpoints(1));
  const auto c = pool("c", endpoints(1));
  World world({rule({a, b, c}, Method::RoundRobin)});
  const auto turns = [&](int count) {
    std::string names;
    for (int i = 0; i < count; ++i) names += world.chosen(client("192.0.2.1"));
    return names;
  };
  CHECK(turns(7) == "abcabca");
  world.set(b, kDown);
  CHECK(turns(4) == "caca");
}

TEST_CASE("sticky keeps a subnet at its pool and moves only those of a lost one",
          "[steer][policy]") {
  const auto a = pool("a", endpoints(1));
  const auto b = pool("b", endpoints(1));
  const auto c = pool("c", endpoints(1));
  model::Rule sticky = rule({a, b, c}, Method::Sticky);
  sticky.pools[0].weight = 2;
  World world({sticky});
  constexpr std::uint32_t kSubnets = 8'000;
  std::vector<std::string> before;
  int first = 0;
  for (std::uint32_t i = 0; i < kSubnets; ++i) {
    before.push_back(world.chosen(client(i << 8)));
    REQUIRE(world.chosen(client(i << 8 | 77)) == before.back());
    first += before.back() == "a" ? 1 : 0;
  }
  CHECK(std::abs(first - 0.5 * kSubnets) <= 5 * std::sqrt(kSubnets * 0.25));
  world.set(b, kDown);
  for (std::uint32_t i = 0; i < kSubnets; ++i) {
    const std::string now = world.chosen(client(i << 8));
    if (before[i] == "b")
      REQUIRE(now != "b");
    else
      REQUIRE(now == before[i]);
  }
  world.set(b, kUp);
  for (std::uint32_t i = 0; i < kSubnets; ++i) REQUIRE(world.chosen(client(i << 8)) == before[i]);
}

TEST_CASE("on_all_down says what happens when no pool is usable", "[steer][policy]") {
  const auto a = pool("a", endpoints(2));
  const auto b = pool("b", endpoints(2));
  const auto sorry = pool("sorry", endpoints(1));
  struct Row {
    model::OnAllDown on_all_down;
    std::string_view expected;
    PickFrom from;
  };
  const Row rows[] = {
      {{Kind::All, nullptr}, "a", PickFrom::AsIfUp},
      {{Kind::LastGood, nullptr}, "a", PickFrom::AsIfUp},  // never usable
      {{Kind::Pool, sorry}, "sorry", PickFrom::Live},
      {{Kind::NoData, nullptr}, "nodata", PickFrom::Live},
      {{Kind::ServFail, nullptr}, "servfail", PickFrom::Live},
  };
  for (const Row& row : rows) {
    for (const std::string_view level : {"rule", "policy", "server"}) {
      World world({rule({a, b})});
      if (level == "rule") world.model().rules[0].on_all_down = row.on_all_down;
      if (level == "policy") world.model().on_all_down = row.on_all_down;
      if (level == "server") world.set_server_default(row.on_all_down);
      std::vector<std::shared_ptr<const PoolView>> views;
      (void)world.policy();
      for (const auto& view : world.pools()) {
        const bool is_sorry = view->pool().name == "sorry";
        const auto pool_ptr = is_sorry ? sorry : view->pool().name == "a" ? a : b;
        const std::vector<EndpointState> states(pool_ptr->endpoints.size(), is_sorry ? kUp : kDown);
        views.push_back(PoolView::make(pool_ptr, states, nullptr, 1));
      }
      const PoolViews live(views);
      const Selection selection =
          world.policy().choose(client("192.0.2.1"), live.live(), world.dice());
      CAPTURE(level, row.expected);
      CHECK(selection.from == row.from);
      if (selection.outcome == Outcome::Pool) {
        CHECK(views[selection.pool]->pool().name == row.expected);
      } else {
        CHECK((selection.outcome == Outcome::NoData ? "nodata" : "servfail") == row.expected);
      }
    }
  }
}

TEST_CASE("the rule's on_all_down goes before the policy's, and that before the server's",
          "[steer][policy]") {
  const auto a = pool("a", endpoints(1));
  World world({rule({a})});
  world.model().rules[0].on_all_down = model::OnAllDown{Kind::ServFail, nullptr};
  world.model().on_all_down = model::OnAllDown{Kind::NoData, nullptr};
  world.set(a, kDown);
  CHECK(world.chosen(client("192.0.2.1")) == "servfail");

  World inherited({rule({a})});
  inherited.model().on_all_down = model::OnAllDown{Kind::NoData, nullptr};
  inherited.set_server_default({Kind::ServFail, nullptr});
  inherited.set(a, kDown);
  CHECK(inherited.chosen(client("192.0.2.1")) == "nodata");
}

TEST_CASE("last-good takes the pool that was usable last", "[steer][policy]") {
  const auto a = pool("a", endpoints(1));
  const auto b = pool("b", endpoints(1));
  World world({rule({a, b})});
  world.model().on_all_down = model::OnAllDown{Kind::LastGood, nullptr};
  world.set(a, kDown);
  world.set(b, kUp);
  world.set(b, kDown);
  const Selection selection = world.choose(client("192.0.2.1"));
  CHECK(selection.from == PickFrom::LastGood);
  CHECK(world.chosen(client("192.0.2.1")) == "b");
  world.set(b, kForcedDown);
  CHECK(world.chosen(client("192.0.2.1")) == "a");
}

TEST_CASE("a fallback pool that is down itself answers as if up", "[steer][policy]") {
  const auto a = pool("a", endpoints(1));
  const auto sorry = pool("sorry", endpoints(1));
  World world({rule({a})});
  world.model().on_all_down = model::OnAllDown{Kind::Pool, sorry};
  world.set(a, kDown);
  world.set(sorry, kDown);
  CHECK(world.chosen(client("192.0.2.1")) == "sorry");
  CHECK(world.choose(client("192.0.2.1")).from == PickFrom::AsIfUp);
}

TEST_CASE("a fence keeps out a pool that the rule does not name", "[steer][policy]") {
  const auto a = pool("a", endpoints(1));
  const auto b = pool("b", endpoints(1));
  const auto sorry = pool("sorry", endpoints(1));
  const auto chosen = [&](std::optional<std::shared_ptr<model::Pool>> on_rule,
                          std::shared_ptr<model::Pool> on_policy) {
    model::Rule fenced = rule({a, b});
    fenced.fence = true;
    if (on_rule) fenced.on_all_down = model::OnAllDown{Kind::Pool, *on_rule};
    World world({fenced});
    if (on_policy)
      world.model().on_all_down = model::OnAllDown{Kind::Pool, on_policy};
    else
      world.set_server_default({Kind::Pool, sorry});
    world.set(a, kDown);
    world.set(b, kDown);
    return world.chosen(client("192.0.2.1"));
  };
  CHECK(chosen(std::nullopt, sorry) == "a");
  CHECK(chosen(std::nullopt, nullptr) == "a");
  CHECK(chosen(std::nullopt, b) == "b");
  CHECK(chosen(sorry, nullptr) == "sorry");
}

TEST_CASE("as if all were up passes over pools that operators withdrew", "[steer][policy]") {
  const auto a = pool("a", endpoints(2));
  const auto b = pool("b", endpoints(2));
  World world({rule({a, b})});
  world.set(a, kDrained);
  world.set(b, kDown);
  CHECK(world.chosen(client("192.0.2.1")) == "b");
  world.set(b, kForcedDown);
  CHECK(world.chosen(client("192.0.2.1")) == "a");
}

TEST_CASE("as if all were up shares as the method does", "[steer][policy]") {
  const auto a = pool("a", endpoints(1));
  const auto b = pool("b", endpoints(1));
  World world({rule({a, b}, Method::Sticky)});
  std::vector<std::string> before;
  for (std::uint32_t i = 0; i < 500; ++i) before.push_back(world.chosen(client(i << 8)));
  world.set(a, kDown);
  world.set(b, kDown);
  for (std::uint32_t i = 0; i < 500; ++i) REQUIRE(world.chosen(client(i << 8)) == before[i]);
}

TEST_CASE("a policy that does not look at the client has one class and no scope",
          "[steer][policy][rfc7871]") {
  model::Rule unreached = rule({pool("u", endpoints(1))});
  unreached.match.countries = {"DE"};
  const auto a = pool_in(kIad, "a");
  for (const Method method : {Method::Failover, Method::Weighted, Method::RoundRobin}) {
    World world({rule({a, pool("b", endpoints(1))}, method), unreached}, databases());
    CHECK(world.policy().class_count() == 1);
    CHECK(world.policy().memory_bytes() < 4'096);
    CHECK(world.choose(client("10.0.0.1")).scope_bits == 0);
  }
  World nowhere({rule({pool("x", endpoints(1)), pool("y", endpoints(1))}, Method::Nearest)},
                databases());
  CHECK(nowhere.policy().memory_bytes() < 4'096);
}

TEST_CASE("policies that tell the same places apart share a partition", "[steer][policy]") {
  const auto world_for = [](const std::shared_ptr<const geo::Databases>& places,
                            const std::string& country) {
    model::Rule there = rule({pool("there of " + country, endpoints(1))});
    there.match.countries = {country};
    return World({there, rule({pool("elsewhere", endpoints(1))})}, places);
  };
  const auto places = databases();
  World german = world_for(places, "DE");
  World german_as_well = world_for(places, "DE");
  World american = world_for(places, "US");
  REQUIRE(german.policy().partition() != nullptr);
  CHECK(german.policy().partition() == german_as_well.policy().partition());
  CHECK(german.policy().partition() != american.policy().partition());
  World of_other_databases = world_for(databases(), "DE");
  CHECK(german.policy().partition() != of_other_databases.policy().partition());
}

TEST_CASE("rules that come to the same are one class", "[steer][policy][rfc7871]") {
  const auto a = pool("a", endpoints(1));
  model::Rule german = rule({a});
  german.match.countries = {"DE"};
  model::Rule american = rule({a}, Method::Weighted);
  american.match.countries = {"US"};
  World same({german, american, rule({a})}, databases());
  CHECK(same.policy().class_count() == 1);
  CHECK(same.choose(client("10.0.0.1")).scope_bits == 0);
  american.on_all_down = model::OnAllDown{Kind::NoData, nullptr};
  CHECK(World({german, american, rule({a})}, databases()).policy().class_count() == 2);
}

TEST_CASE("a region that is drained by and by leaves its clients to the next", "[steer][policy]") {
  const auto a = pool("a", endpoints(1));
  const auto b = pool("b", endpoints(1));
  const auto method = GENERATE(Method::Failover, Method::Weighted, Method::Sticky);
  World world({rule({a, b}, method)});
  world.set(a, {.withdrawn = true, .share_percent = 50});
  int kept = 0;
  for (std::uint32_t subnet = 0; subnet < 2000; ++subnet) {
    const Client who = client(0x0b00'0000 + subnet * 256);
    const std::string chosen = world.chosen(who);
    if (chosen == "a") ++kept;
    if (method == Method::Failover) CHECK(world.chosen(who) == chosen);
  }
  const int expected = method == Method::Failover ? 1000 : 500;
  CHECK(kept > expected - 120);
  CHECK(kept < expected + 120);
}

TEST_CASE("no client is left without an answer by a share", "[steer][policy]") {
  const auto a = pool("a", endpoints(1));
  const auto b = pool("b", endpoints(1));
  World world({rule({a, b})});
  world.model().on_all_down = model::OnAllDown{Kind::NoData, nullptr};
  world.set(a, {.share_percent = 1});  // it has just come back
  world.set(b, kDown);
  for (std::uint32_t subnet = 0; subnet < 200; ++subnet)
    CHECK(world.chosen(client(0x0b00'0000 + subnet * 256)) == "a");
}
