#include "loadstar/steer/explain.hpp"

#include <algorithm>

#include "catch.hpp"
#include "world.hpp"

using namespace loadstar;
using namespace loadstar::steer;
using namespace loadstar::steer::test;
using model::Balance;
using model::Method;
using Kind = model::OnAllDown::Kind;

namespace {

std::shared_ptr<const geo::Databases> databases() {
  geo::Place frankfurt;
  frankfurt.continent = "EU";
  frankfurt.country = "DE";
  frankfurt.subdivisions = {"DE-HE"};
  frankfurt.city = "Frankfurt";
  frankfurt.coordinates = base::Coordinates{50.11, 8.68};
  frankfurt.asn = 64500;
  frankfurt.as_organization = "Example Telekom";
  geo::Place somewhere;
  somewhere.continent = "NA";
  somewhere.country = "US";
  const std::vector<geo::PlacedNetwork> table{{prefix("10.0.0.0/8"), frankfurt},
                                              {prefix("20.0.0.0/8"), somewhere}};
  return geo::Databases::from_table(table);
}

char sign(Mark mark) {
  switch (mark) {
    case Mark::Accepted: return '+';
    case Mark::Rejected: return '-';
    case Mark::Note: break;
  }
  return ' ';
}

// "3+ rule "eu": country …", the form that the cases below are written in.
std::vector<std::string> lines(const Explanation& explanation) {
  std::vector<std::string> all;
  for (const ExplainStep& step : explanation.steps) {
    std::string line = std::to_string(step.number) + sign(step.mark) + " " + step.text;
    if (!step.detail.empty()) line += ": " + step.detail;
    all.push_back(std::move(line));
  }
  return all;
}

std::vector<std::string> explained(World& world, const Client& who) {
  return lines(explain(world.policy(), world.databases(), who, world.pools(), world.dice()));
}

}  // namespace

TEST_CASE("an explanation tells every step with what was rejected and why", "[steer][explain]") {
  auto fra = pool("fra", {endpoint("192.0.2.1"), endpoint("192.0.2.2")});
  fra->region = region("fra", 50.03, 8.56);
  auto iad = pool("iad", {endpoint("192.0.2.3", "2001:db8::3"), endpoint("192.0.2.4", "", 0)},
                  Balance::Weighted);
  iad->region = region("iad", 38.95, -77.45);
  model::Rule office = rule({iad});
  office.name = "office";
  office.match = cidrs({"10.9.0.0/16"});
  model::Rule eu = rule({iad, fra}, Method::Nearest);
  eu.name = "eu";
  eu.match = without(continents({"EU"}), countries({"CH"}));
  eu.pools[0].bias_km = 1'000;
  World world({office, eu, rule({iad})}, databases());
  world.set(fra, kDown);

  CHECK(explained(world, client("10.1.2.0/24")) ==
        std::vector<std::string>{
            "1  10.1.2.0/24",
            "2  EU, DE, DE-HE, Frankfurt, 50.11 8.68, AS64500 Example Telekom",
            "3- rule \"office\": in none of its cidrs",
            "3+ rule \"eu\": continent \"EU\" is one of \"EU\"; \"not\" does not apply",
            "5  1. pool \"fra\": 12 km",
            "5  2. pool \"iad\": 6553 km, counted as 5553 km",
            "6- pool \"fra\": ipv4: 0 of 2 up, 1 needed",
            "4  endpoint \"192.0.2.1\": down",
            "4  endpoint \"192.0.2.2\": down",
            "6+ pool \"iad\": ipv4: 2 of 2 up, 1 needed; ipv6: 1 of 1 up, 1 needed",
            "4  endpoint \"192.0.2.3\": up",
            "4  endpoint \"192.0.2.4\": up",
            "7+ pool \"iad\": those up",
            "7+ \"192.0.2.3\" 192.0.2.3",
            "7- \"192.0.2.4\" 192.0.2.4: weight 0, and others are up",
            "7+ \"192.0.2.3\" 2001:db8::3",
            "9  /13: the shortest prefix around the client in which the choices are the same",
        });
}

TEST_CASE("an explanation tells what happens when all are down", "[steer][explain]") {
  const auto a = pool("a", endpoints(1));
  const auto sorry = pool("sorry", endpoints(1));
  World world({rule({a})}, databases());
  world.model().on_all_down = model::OnAllDown{Kind::Pool, sorry};
  world.set(a, kDrained);
  CHECK(explained(world, client("::ffff:20.0.0.1")) ==
        std::vector<std::string>{
            "1  ::ffff:20.0.0.1/128: counts as 20.0.0.1/32, which it carries",
            "2  NA, US",
            "3+ rule \"rule\": matches everyone",
            "5  1. pool \"a\": as listed",
            "6- pool \"a\": ipv4: 0 of 1 up, 1 needed",
            "4  endpoint \"10.0.0.1\": draining, by the file",
            "6  pool",
            "6+ pool \"sorry\": ipv4: 1 of 1 up, 1 needed",
            "4  endpoint \"10.0.0.1\": up",
            "7+ pool \"sorry\": those up",
            "7+ \"10.0.0.1\" 10.0.0.1",
            "9  /0: the shortest prefix around the client in which the choices are the same",
        });
}

TEST_CASE("an explanation says that no rule matches", "[steer][explain]") {
  model::Rule only = rule({pool("a", endpoints(1))});
  only.match = countries({"DE", "AT"});
  World world({only}, databases());
  world.model().no_match = model::NoMatch::Refused;
  const auto told = explained(world, client("50.0.0.1"));
  REQUIRE(told.size() == 5);
  CHECK(told[1] == "2  unknown");
  CHECK(told[2] == "3- rule \"rule\": country is not known, wanted \"DE\", \"AT\"");
  CHECK(told[3] == "3- no rule matches: no_match: refused");
}

TEST_CASE("an explanation says why the scope is longer than the class", "[steer][explain]") {
  World world({rule({pool("a", endpoints(2), Balance::IpHash)})});
  CHECK(explained(world, client("192.0.2.1")).back() ==
        "9  /24: a hash of the first 24 bits decides; the choices are the same in a /0");
}

TEST_CASE("each key of a match has its words", "[steer][explain]") {
  struct Row {
    model::Match match;
    std::string_view told;
  };
  model::Match subdivisions;
  subdivisions.subdivisions = {"DE-BY"};
  model::Match asns;
  asns.asns = {64501, 64502};
  const Row rows[] = {
      {continents({"NA"}), "continent \"EU\" is none of \"NA\""},
      {countries({"FR"}), "country \"DE\" is none of \"FR\""},
      {subdivisions, "subdivision \"DE-HE\" is none of \"DE-BY\""},
      {asns, "ASN 64500 is none of 64501, 64502"},
      {cidrs({"10.9.0.0/16"}), "in none of its cidrs"},
      {area({countries({"FR"}), countries({"CH"})}), "in none of the areas \"area 1\", \"area 2\""},
      {without({}, countries({"DE"})), "taken out by \"not\""},
  };
  for (const Row& row : rows) {
    model::Rule asked = rule({pool("a", endpoints(1))});
    asked.match = row.match;
    World world({asked, rule({pool("b", endpoints(1))})}, databases());
    CHECK(explained(world, client("10.1.2.3"))[2] == "3- rule \"rule\": " + std::string(row.told));
  }
}

TEST_CASE("an explanation agrees with the answer, whatever the client, the rules and the health",
          "[steer][explain]") {
  base::Random random(47);
  const EndpointState states[] = {kUp, kDown, kDrained, kForcedDown};
  const Balance balances[] = {Balance::RoundRobin, Balance::Weighted, Balance::IpHash, Balance::All,
                              Balance::First};
  const Method methods[] = {Method::Failover, Method::Nearest, Method::Weighted, Method::RoundRobin,
                            Method::Sticky};
  const model::Match matches[] = {countries({"DE"}),
                                  cidrs({"20.0.0.0/9"}),
                                  continents({"NA"}),
                                  area({cidrs({"10.128.0.0/9"})}),
                                  {}};
  for (int round = 0; round < 200; ++round) {
    std::vector<std::shared_ptr<model::Pool>> pools;
    for (const char name : {'a', 'b', 'c'}) {
      pools.push_back(
          pool(std::string(1, name), endpoints(1 + random.below(4)), balances[random.below(5)]));
      pools.back()->region = region("r", random.below(180) - 90.0, random.below(360) - 180.0);
    }
    std::vector<model::Rule> rules;
    for (int i = 0; i < 3; ++i) {
      rules.push_back(
          rule({pools[random.below(3)], pools[random.below(3)]}, methods[random.below(5)]));
      rules.back().match = matches[random.below(5)];
      rules.back().on_all_down = model::OnAllDown{static_cast<Kind>(random.below(5)), pools[0]};
    }
    World world(rules, databases());
    for (const auto& each : pools) {
      if (std::ranges::any_of(world.pools(),
                              [&](const auto& view) { return &view->pool() == each.get(); })) {
        world.set(each, states[random.below(4)]);
      }
    }
    const Client who = client(random.below(3) * 0x0a00'0000 + 0x0a00'0000 + random.below(1 << 24));

    // The same dice for both.
    Table one;
    Table other;
    const Explanation told =
        explain(world.policy(), world.databases(), who, world.pools(), one.dice);
    const Selection chosen = world.policy().choose(who, world.pools(), other.dice);
    REQUIRE(told.selection == chosen);
    if (chosen.outcome != Outcome::Pool) continue;
    std::vector<std::uint16_t> out(8);
    const PoolView& view = *world.pools()[chosen.pool];
    out.resize(view.pick(base::Family::V4, chosen.from, who, chosen.hash_bits, chosen.pool,
                         other.dice, out));
    std::vector<PickedEndpoint> expected;
    for (const std::uint16_t index : out) expected.push_back({base::Family::V4, index});
    REQUIRE(told.endpoints == expected);
    // The rule that is told as matching lists the pools that were chosen from.
    const auto order_is_told = [&](const std::string& name) {
      return std::ranges::any_of(told.steps, [&](const ExplainStep& step) {
        return step.name == "order" && step.text.ends_with("pool \"" + name + "\"");
      });
    };
    if (chosen.from == PickFrom::Live && view.pool().name != "a") {
      REQUIRE(order_is_told(view.pool().name));
    }
  }
}
