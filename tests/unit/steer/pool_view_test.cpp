#include "loadstar/steer/pool_view.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "catch.hpp"
#include "world.hpp"

using namespace loadstar;
using namespace loadstar::steer;
using namespace loadstar::steer::test;
using base::Family;
using model::Balance;

namespace {

using Indices = std::vector<std::uint16_t>;

Indices pick(const PoolView& view, Table& table, const Client& who = client("192.0.2.1"),
             PickFrom from = PickFrom::Live, Family family = Family::V4) {
  Indices out(64);
  out.resize(view.pick(family, from, who, 24, 0, table.dice, out));
  return out;
}

std::shared_ptr<const PoolView> view_of(const std::shared_ptr<model::Pool>& made,
                                        const std::vector<EndpointState>& states,
                                        const PoolView* previous = nullptr,
                                        std::uint64_t sequence = 1) {
  return PoolView::make(made, states, previous, sequence);
}

}  // namespace

TEST_CASE("round-robin rotates all endpoints that are up", "[steer][pool_view]") {
  const auto view = view_of(pool("p", endpoints(4)), {kUp, kDown, kUp, kUp});
  Table table;
  CHECK(pick(*view, table) == Indices{0, 2, 3});
  CHECK(pick(*view, table) == Indices{2, 3, 0});
  CHECK(pick(*view, table) == Indices{3, 0, 2});
  CHECK(pick(*view, table) == Indices{0, 2, 3});
}

TEST_CASE("pick_one gives what pick gives, or asks for more", "[steer][pool_view]") {
  struct Row {
    Balance balance;
    std::uint32_t answers;
    std::size_t up;
    bool asks_more;
  };
  const Row rows[] = {
      {Balance::RoundRobin, 0, 1, false}, {Balance::RoundRobin, 0, 2, true},
      {Balance::All, 0, 1, false},        {Balance::All, 0, 3, true},
      {Balance::First, 0, 2, true},       {Balance::IpHash, 0, 1, false},
      {Balance::IpHash, 0, 3, true},      {Balance::Weighted, 0, 1, false},
      {Balance::Weighted, 0, 3, false},   {Balance::Weighted, 1, 2, false},
      {Balance::Weighted, 2, 3, true},
  };
  for (const Row& row : rows) {
    CAPTURE(static_cast<int>(row.balance), row.answers, row.up);
    const auto made = pool("p", endpoints(4), row.balance);
    made->endpoints[1].weight = 5;
    made->answers = row.answers;
    std::vector<EndpointState> states(4, kDown);
    std::fill_n(states.begin(), row.up, kUp);
    const auto view = view_of(made, states);
    Table one;
    Table all;
    CHECK(view->pick_one(Family::V6, PickFrom::Live, one.dice.random) == PoolView::kAskMore);
    for (int i = 0; i < 50; ++i) {
      const std::uint16_t picked = view->pick_one(Family::V4, PickFrom::Live, one.dice.random);
      REQUIRE((picked == PoolView::kAskMore) == row.asks_more);
      if (!row.asks_more) REQUIRE(pick(*view, all) == Indices{picked});
    }
  }
}

TEST_CASE("answers caps how many endpoints are returned", "[steer][pool_view]") {
  struct Row {
    Balance balance;
    std::uint32_t answers;
    std::size_t expected;
  };
  const Row rows[] = {
      {Balance::RoundRobin, 0, 5},
      {Balance::RoundRobin, 2, 2},
      {Balance::All, 0, 5},
      {Balance::All, 3, 3},
      {Balance::First, 0, 1},
      {Balance::First, 2, 2},
      {Balance::Weighted, 0, 1},
      {Balance::Weighted, 3, 3},
      {Balance::Weighted, 9, 5},
      {Balance::IpHash, 0, 1},
      {Balance::IpHash, 4, 4},
      {Balance::IpHash, 9, 5},
      {Balance::LeastConnection, 0, 1},
      {Balance::LeastConnection, 2, 2},
  };
  for (const Row& row : rows) {
    const auto made = pool("p", endpoints(5), row.balance);
    made->answers = row.answers;
    Table table;
    const Indices picked = pick(*view_of(made, all(5)), table);
    CAPTURE(static_cast<int>(row.balance), row.answers);
    CHECK(picked.size() == row.expected);
    CHECK(std::set(picked.begin(), picked.end()).size() == picked.size());
  }
}

TEST_CASE("the room of the caller caps how many endpoints are returned", "[steer][pool_view]") {
  for (const Balance balance : {Balance::RoundRobin, Balance::All}) {
    const auto view = view_of(pool("p", endpoints(5), balance), all(5));
    Table table;
    Indices out(2);
    CHECK(view->pick(Family::V4, PickFrom::Live, client("192.0.2.1"), 24, 0, table.dice, out) == 2);
    CHECK(view->pick(Family::V4, PickFrom::Live, client("192.0.2.1"), 24, 0, table.dice, {}) == 0);
  }
}

TEST_CASE("all and first keep the order of the file", "[steer][pool_view]") {
  const std::vector<EndpointState> states{kDown, kUp, kUp};
  Table table;
  for (int i = 0; i < 3; ++i) {
    CHECK(pick(*view_of(pool("p", endpoints(3), Balance::All), states), table) == Indices{1, 2});
    CHECK(pick(*view_of(pool("p", endpoints(3), Balance::First), states), table) == Indices{1});
  }
}

TEST_CASE("weighted picks endpoints that are up in proportion to their weights",
          "[steer][pool_view]") {
  auto made = pool("p", endpoints(3), Balance::Weighted);
  made->endpoints[0].weight = 3;
  made->endpoints[1].weight = 100;
  const auto view = view_of(made, {kUp, kDown, kUp});
  Table table;
  constexpr int kDraws = 40'000;
  int first = 0;
  for (int i = 0; i < kDraws; ++i) {
    const Indices picked = pick(*view, table);
    REQUIRE(picked.size() == 1);
    REQUIRE(picked[0] != 1);
    first += picked[0] == 0 ? 1 : 0;
  }
  // Five standard deviations of the binomial count.
  CHECK(std::abs(first - 0.75 * kDraws) <= 5 * std::sqrt(kDraws * 0.75 * 0.25));
}

TEST_CASE("an endpoint of weight 0 is picked only when no other is up", "[steer][pool_view]") {
  for (const Balance balance : {Balance::RoundRobin, Balance::Weighted, Balance::LeastConnection,
                                Balance::IpHash, Balance::All, Balance::First}) {
    auto made = pool("p", endpoints(3), balance);
    made->endpoints[0].weight = 0;
    CAPTURE(static_cast<int>(balance));
    Table table;
    const auto with_others = view_of(made, all(3));
    const auto alone = view_of(made, {kUp, kDown, kDown});
    for (std::uint32_t i = 0; i < 200; ++i) {
      const Indices picked = pick(*with_others, table, client(i << 8));
      REQUIRE(std::ranges::find(picked, 0) == picked.end());
      REQUIRE(pick(*alone, table, client(i << 8)) == Indices{0});
    }
  }
}

TEST_CASE("ip-hash keeps a subnet at its endpoint and moves only those of a lost one",
          "[steer][pool_view]") {
  const auto made = pool("p", endpoints(5), Balance::IpHash);
  const auto whole = view_of(made, all(5));
  std::vector<EndpointState> states = all(5);
  states[2] = kDown;
  const auto less = view_of(made, states);
  Table table;
  std::map<std::uint16_t, int> counts;
  constexpr std::uint32_t kSubnets = 20'000;
  for (std::uint32_t i = 0; i < kSubnets; ++i) {
    const std::uint32_t subnet = i * 2'654'435'761U & 0xffff'ff00U;
    const Indices before = pick(*whole, table, client(subnet));
    REQUIRE(pick(*whole, table, client(subnet | 0xfe)) == before);
    ++counts[before[0]];
    const Indices after = pick(*less, table, client(subnet));
    if (before[0] != 2)
      REQUIRE(after == before);
    else
      REQUIRE(after[0] != 2);
  }
  // A fifth each, within five standard deviations.
  for (const auto& [index, count] : counts) {
    CHECK(std::abs(count - 0.2 * kSubnets) <= 5 * std::sqrt(kSubnets * 0.2 * 0.8));
  }
}

TEST_CASE("ip-hash gives both families of a client the same endpoint", "[steer][pool_view]") {
  std::vector<model::Endpoint> both;
  for (int i = 1; i <= 4; ++i) {
    both.push_back(endpoint("10.0.0." + std::to_string(i), "2001:db8::" + std::to_string(i)));
  }
  const auto view = view_of(pool("p", both, Balance::IpHash), all(4));
  Table table;
  for (std::uint32_t i = 0; i < 500; ++i) {
    const Client who = client(i << 8);
    REQUIRE(pick(*view, table, who, PickFrom::Live, Family::V6) == pick(*view, table, who));
  }
}

TEST_CASE("ip-hash does not move clients when the file lists its endpoints in another order",
          "[steer][pool_view]") {
  std::vector<model::Endpoint> turned = endpoints(4);
  std::ranges::reverse(turned);
  for (std::size_t i = 0; i < turned.size(); ++i) turned[i].id = std::to_string(i + 1);
  const auto before = view_of(pool("p", endpoints(4), Balance::IpHash), all(4));
  const auto after = view_of(pool("p", turned, Balance::IpHash), all(4));
  Table table;
  for (std::uint32_t i = 0; i < 500; ++i) {
    REQUIRE(pick(*after, table, client(i << 8))[0] == 3 - pick(*before, table, client(i << 8))[0]);
  }
}

TEST_CASE("ip-hash takes a client that carries an IPv4 address by that one", "[steer][pool_view]") {
  const auto view = view_of(pool("p", endpoints(8), Balance::IpHash), all(8));
  Table table;
  for (std::uint32_t i = 0; i < 200; ++i) {
    const std::uint32_t number = 0xc633'0000 + (i << 8);
    const std::string inner = base::Address::v4(number).to_string();
    const Indices expected = pick(*view, table, client(number));
    REQUIRE(pick(*view, table, client("::ffff:" + inner)) == expected);
    REQUIRE(pick(*view, table, client("64:ff9b::" + inner)) == expected);
  }
}

TEST_CASE("ip-hash hashes no more than is known of the client", "[steer][pool_view]") {
  const auto view = view_of(pool("p", endpoints(8), Balance::IpHash), all(8));
  Table table;
  const Indices expected = pick(*view, table, client("198.51.0.0/16"));
  CHECK(pick(*view, table, {address("198.51.100.0"), 16}) == expected);
}

TEST_CASE("a pool is usable when enough endpoints are up in each family that it has",
          "[steer][pool_view]") {
  const std::vector<model::Endpoint> mixed{endpoint("10.0.0.1", "2001:db8::1"),
                                           endpoint("10.0.0.2", "2001:db8::2"),
                                           endpoint("10.0.0.3")};
  const EndpointState v6_down{.v6 = Liveness::Down};
  struct Row {
    model::MinUp min_up;
    std::vector<EndpointState> states;
    bool usable;
  };
  const Row rows[] = {
      {1U, {kUp, kUp, kUp}, true},
      {1U, {kUp, kDown, kDown}, true},
      {1U, {kDown, kDown, kUp}, false},  // nobody of IPv6
      {1U, {v6_down, v6_down, kUp}, false},
      {1U, {v6_down, kUp, kDown}, true},
      {1U, {kDrained, kDrained, kDrained}, false},
      {2U, {kUp, kUp, kDown}, true},
      {2U, {kUp, kDown, kUp}, false},  // one of IPv6
      {3U, {kUp, kUp, kUp}, false},    // IPv6 never has three
      {0.5, {kUp, kUp, kDown}, true},  // 2 of 3, rounded up; 1 of 2
      {0.5, {kUp, kDown, kDown}, false},
      {1.0, {kUp, kUp, kUp}, true},
      {1.0, {kUp, kUp, kDown}, false},
      {0U, {kDown, kDown, kDown}, true},
      {0U, {kForcedDown, kForcedDown, kForcedDown}, false},
  };
  int number = 0;
  for (const Row& row : rows) {
    auto made = pool("p", mixed);
    made->min_up = row.min_up;
    CAPTURE(number++);
    CHECK(view_of(made, row.states)->usable() == row.usable);
  }
}

TEST_CASE("a share of endpoints is rounded up without the dust of decimals", "[steer][pool_view]") {
  auto made = pool("p", endpoints(100));
  made->min_up = 0.07;
  std::vector<EndpointState> states = all(100, Liveness::Down);
  std::fill_n(states.begin(), 7, kUp);
  CHECK(view_of(made, states)->usable());
  states[0] = kDown;
  CHECK_FALSE(view_of(made, states)->usable());
}

TEST_CASE("as if up leaves out what operators withdrew, unless nothing else is left",
          "[steer][pool_view]") {
  const auto made = pool("p", endpoints(3), Balance::All);
  Table table;
  const auto as_if_up = [&](const std::vector<EndpointState>& states) {
    return pick(*view_of(made, states), table, client("192.0.2.1"), PickFrom::AsIfUp);
  };
  CHECK(as_if_up({kDown, kDown, kDown}) == Indices{0, 1, 2});
  CHECK(as_if_up({kDown, kDrained, kForcedDown}) == Indices{0});
  CHECK(as_if_up({kDrained, kDrained, kForcedDown}) == Indices{0, 1, 2});
  CHECK(view_of(made, {kDrained, kDrained, kForcedDown})->withdrawn());
  CHECK_FALSE(view_of(made, {kDown, kDrained, kForcedDown})->withdrawn());
}

TEST_CASE("last good are the endpoints of the last view that was usable", "[steer][pool_view]") {
  const auto made = pool("p", endpoints(3), Balance::All);
  Table table;
  const auto last_good = [&](const PoolView& view) {
    return pick(view, table, client("192.0.2.1"), PickFrom::LastGood);
  };
  const auto never = view_of(made, {kDown, kDown, kDown});
  CHECK(never->last_usable() == 0);
  CHECK(last_good(*never) == Indices{0, 1, 2});

  const auto good = view_of(made, {kDown, kUp, kUp}, never.get(), 2);
  CHECK(good->last_usable() == 2);
  CHECK(last_good(*good) == Indices{1, 2});

  const auto lost = view_of(made, {kDown, kDown, kDown}, good.get(), 3);
  CHECK(lost->last_usable() == 2);
  CHECK(last_good(*lost) == Indices{1, 2});

  const auto drained = view_of(made, {kDown, kDrained, kDown}, lost.get(), 4);
  CHECK(last_good(*drained) == Indices{2});
  CHECK(last_good(*view_of(made, {kDown, kDown, kDown}, drained.get(), 5)) == Indices{1, 2});
}

TEST_CASE("last good survives a reload by address", "[steer][pool_view]") {
  Table table;
  const auto good = view_of(pool("p", endpoints(3), Balance::All), {kDown, kUp, kUp}, nullptr, 8);
  std::vector<model::Endpoint> edited = endpoints(4);
  edited.erase(edited.begin() + 1);
  const auto after =
      view_of(pool("p", edited, Balance::All), all(3, Liveness::Down), good.get(), 9);
  CHECK(after->last_usable() == 8);
  CHECK(pick(*after, table, client("192.0.2.1"), PickFrom::LastGood) == Indices{1});
}

TEST_CASE("a family that the pool lacks gives nothing", "[steer][pool_view]") {
  const auto view = view_of(pool("p", endpoints(2)), all(2));
  Table table;
  CHECK(view->has(Family::V4));
  CHECK_FALSE(view->has(Family::V6));
  CHECK(pick(*view, table, client("192.0.2.1"), PickFrom::Live, Family::V6).empty());
}

TEST_CASE("cname endpoints answer for both families and count as one", "[steer][pool_view]") {
  std::vector<model::Endpoint> targets(2);
  targets[0].cname = "a.example.";
  targets[1].cname = "b.example.";
  const EndpointState down_by_v4{.v4 = Liveness::Down};
  const auto view = view_of(pool("p", targets, Balance::First), {down_by_v4, kUp});
  Table table;
  CHECK(view->is_cname());
  CHECK(view->usable());
  CHECK(view->has(Family::V6));
  CHECK(pick(*view, table) == Indices{1});
  CHECK(pick(*view, table, client("192.0.2.1"), PickFrom::Live, Family::V6) == Indices{1});
  CHECK_FALSE(view_of(pool("p", targets), {down_by_v4, down_by_v4})->usable());
}

TEST_CASE("addresses are ready in network order", "[steer][pool_view]") {
  const auto view =
      view_of(pool("p", {endpoint("192.0.2.1"), endpoint("", "2001:db8::2")}), all(2));
  CHECK(view->v4()[0] == std::array<std::uint8_t, 4>{192, 0, 2, 1});
  CHECK(view->v4()[1] == std::array<std::uint8_t, 4>{});
  CHECK(view->v6()[1][0] == 0x20);
  CHECK(view->v6()[1][15] == 2);
}

TEST_CASE("a pool is as settled as its least settled endpoint, and not at all while degraded",
          "[steer][pool_view]") {
  const auto made = pool("p", endpoints(2));
  const EndpointState soon{.settled_seconds = 5};
  const EndpointState later{.settled_seconds = 15};
  CHECK(view_of(made, {later, soon})->settled_seconds() == 5);
  CHECK(view_of(made, {kUp, kUp})->settled_seconds() == kSettledForGood);
  CHECK(view_of(made, {later, kDown})->settled_seconds() == 0);
  CHECK(view_of(made, {later, kDrained})->settled_seconds() == 0);
  CHECK(view_of(made, {later, kForcedDown})->settled_seconds() == 15);
  CHECK(view_of(made, {kForcedDown, kForcedDown})->settled_seconds() == 0);
  const EndpointState other_family_down{.v6 = Liveness::Down, .settled_seconds = 15};
  CHECK(view_of(made, {other_family_down, later})->settled_seconds() == 15);
}
