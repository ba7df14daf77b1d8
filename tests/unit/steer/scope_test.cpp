// The ECS scope of an answer (RFC 7871 7.2.1): the block in which the choices are the same,
// whatever the health is.
#include <map>

#include "catch.hpp"
#include "world.hpp"

using namespace loadstar;
using namespace loadstar::steer;
using namespace loadstar::steer::test;
using model::Method;

namespace {

const auto kFra = region("fra", 50.03, 8.56);
const auto kIcn = region("icn", 37.46, 126.44);

geo::Place place(std::string country, double latitude, double longitude) {
  geo::Place made;
  made.country = std::move(country);
  made.coordinates = base::Coordinates{latitude, longitude};
  return made;
}

std::shared_ptr<const geo::Databases> databases() {
  const std::vector<geo::PlacedNetwork> table{
      {prefix("10.0.0.0/8"), place("DE", 50.11, 8.68)},
      {prefix("10.64.0.0/12"), place("KR", 37.5, 127)},
      {prefix("10.64.5.0/24"), place("DE", 50.11, 8.68)},
      {prefix("128.0.0.0/2"), place("KR", 37.5, 127)},
      {prefix("2001:db8::/32"), place("DE", 50.11, 8.68)},
      {prefix("2001:db8:8000::/33"), place("KR", 37.5, 127)},
  };
  return geo::Databases::from_table(table);
}

std::shared_ptr<model::Pool> pool_in(const std::shared_ptr<model::Region>& where, std::string name,
                                     model::Balance balance) {
  auto made = pool(std::move(name), endpoints(3), balance);
  made->region = where;
  return made;
}

Client random_client(base::Random& random) {
  static constexpr std::array<std::string_view, 8> kHomes{
      "10.0.0.0",   "10.64.0.0",       "128.0.0.0",        "0.0.0.0",
      "2001:db8::", "2001:db8:8000::", "::ffff:10.64.0.0", "2002:a40::"};
  const base::Address home = address(kHomes[random.below(kHomes.size())]);
  std::array<std::uint8_t, 16> bytes{};
  std::ranges::copy(home.bytes(), bytes.begin());
  const std::size_t size = home.bytes().size();
  for (std::size_t i = size - 3; i < size; ++i) {
    bytes[i] = static_cast<std::uint8_t>(bytes[i] | random.below(256));
  }
  const base::Address address(home.family(), std::span(bytes).first(size));
  return {address, base::bits_of(home.family())};
}

}  // namespace

TEST_CASE("the scope does not depend on health", "[steer][scope][rfc7871]") {
  base::Random random(41);
  for (const Method method :
       {Method::Failover, Method::Nearest, Method::Sticky, Method::Weighted}) {
    const auto fra = pool_in(kFra, "fra", model::Balance::IpHash);
    const auto icn = pool_in(kIcn, "icn", model::Balance::Weighted);
    const auto sorry = pool("sorry", endpoints(2), model::Balance::IpHash);
    model::Rule korea = rule({icn, fra}, method);
    korea.match.countries = {"KR"};
    korea.on_all_down = model::OnAllDown{model::OnAllDown::Kind::Pool, sorry};
    World world({korea, rule({icn, fra}, method)}, databases());
    std::map<base::Address, std::uint8_t> scopes;
    const EndpointState states[] = {kUp, kDown, kDrained, kForcedDown};
    for (int i = 0; i < 2'000; ++i) {
      for (const auto& each : {fra, icn, sorry}) world.set(each, states[random.below(4)]);
      base::Random same_clients(1'000 + static_cast<std::uint64_t>(i % 50));
      const Client who = random_client(same_clients);
      const std::uint8_t scope = world.choose(who).scope_bits;
      REQUIRE(scopes.try_emplace(who.address, scope).first->second == scope);
    }
    CHECK(scopes.size() > 40);
  }
}

TEST_CASE("all clients in a scope have the same choices", "[steer][scope][rfc7871]") {
  base::Random random(43);
  const auto fra = pool_in(kFra, "fra", model::Balance::IpHash);
  const auto icn = pool_in(kIcn, "icn", model::Balance::IpHash);
  World world({rule({icn, fra}, Method::Nearest)}, databases());
  for (int i = 0; i < 20'000; ++i) {
    const Client one = random_client(random);
    const Client other = random_client(random);
    const Selection selection = world.choose(one);
    const base::Prefix scope{one.address.masked(selection.scope_bits), selection.scope_bits};
    if (!scope.contains(other.address)) continue;
    REQUIRE(world.choose(other) == selection);
    std::array<std::uint16_t, 1> first{};
    std::array<std::uint16_t, 1> second{};
    const PoolView& view = *world.pools()[selection.pool];
    const auto pick = [&](const Client& who, std::span<std::uint16_t> out) {
      return view.pick(base::Family::V4, selection.from, who, selection.hash_bits, selection.pool,
                       world.dice(), out);
    };
    REQUIRE(pick(one, first) == 1);
    REQUIRE(pick(other, second) == 1);
    REQUIRE(first == second);
  }
}

TEST_CASE("a hash of the subnet is the floor of the scope", "[steer][scope][rfc7871]") {
  const auto plain = [] { return pool("plain", endpoints(2)); };
  const auto hashed = [](std::uint32_t size) {
    return pool("hashed", endpoints(size), model::Balance::IpHash);
  };
  model::Rule fallback = rule({plain()});
  fallback.on_all_down = model::OnAllDown{model::OnAllDown::Kind::Pool, hashed(2)};
  model::Rule own_bits = rule({hashed(2)});
  own_bits.sticky_bits_v4 = 20;
  own_bits.sticky_bits_v6 = 40;
  struct Row {
    model::Rule rule;
    int v4;
    int v6;
  };
  const Row rows[] = {
      {rule({plain()}), 0, 0},
      {rule({hashed(2)}), 24, 48},
      {rule({plain(), hashed(2)}), 24, 48},
      {rule({hashed(1)}), 0, 0},
      {rule({plain(), pool("other", endpoints(1))}, Method::Sticky), 24, 48},
      {rule({plain()}, Method::Sticky), 0, 0},
      {fallback, 24, 48},
      {own_bits, 20, 40},
  };
  int number = 0;
  for (const Row& row : rows) {
    World world({row.rule});
    CAPTURE(number++);
    CHECK(world.choose(client("192.0.2.1")).scope_bits == row.v4);
    CHECK(world.choose(client("2001:db8::1")).scope_bits == row.v6);
    if (row.v4 == 0) continue;
    // The IPv4 address within starts after 96 or 16 bits.
    CHECK(world.choose(client("::ffff:192.0.2.1")).scope_bits == 96 + row.v4);
    CHECK(world.choose(client("2002:c000:201::1")).scope_bits == 16 + row.v4);
    CHECK(world.choose(client("::ffff:192.0.2.1")).hash_bits == row.v4);
  }
}

TEST_CASE("the longer of partition and hash makes the scope", "[steer][scope][rfc7871]") {
  model::Rule office = rule({pool("office", endpoints(1))});
  office.match.cidrs = {prefix("192.0.2.128/25")};
  World world({office, rule({pool("hashed", endpoints(2), model::Balance::IpHash)})});
  CHECK(world.choose(client("192.0.2.200")).scope_bits == 25);
  CHECK(world.choose(client("192.0.2.100")).scope_bits == 25);
  CHECK(world.choose(client("10.0.0.1")).scope_bits == 24);
}
