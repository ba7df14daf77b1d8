// The query path allocates nothing: counted by replacing the global operator new.

#include "catch.hpp"
#include "count_allocations.hpp"
#include "world.hpp"

using namespace loadstar;
using loadstar::test::allocations;
using namespace loadstar::steer;
using namespace loadstar::steer::test;
using model::Balance;
using model::Method;

TEST_CASE("choosing and picking allocate nothing", "[steer][policy][pool_view]") {
  for (const Method method :
       {Method::Failover, Method::Nearest, Method::Weighted, Method::RoundRobin, Method::Sticky}) {
    for (const Balance balance : {Balance::RoundRobin, Balance::Weighted, Balance::LeastConnection,
                                  Balance::IpHash, Balance::All, Balance::First}) {
      const auto a = pool("a", endpoints(20), balance);
      const auto b = pool("b", endpoints(3), balance);
      a->answers = b->answers = 4;
      model::Rule office = rule({b, a}, method);
      office.match = cidrs({"10.0.0.0/8", "2001:db8::/32"});
      World world({office, rule({a, b}, method)});
      world.set(a, kDown);
      const Policy& policy = world.policy();
      const LivePools pools = world.pools();
      const Client clients[] = {client("10.1.2.3"), client("192.0.2.0/24"), client("2001:db8::1"),
                                client("::ffff:10.0.0.1")};
      std::array<std::uint16_t, 8> out{};
      std::size_t picked = 0;

      const std::size_t before = allocations;
      for (const Client& who : clients) {
        const Selection selection = policy.choose(who, pools, world.dice());
        for (const PickFrom from : {PickFrom::Live, PickFrom::AsIfUp, PickFrom::LastGood}) {
          picked += pools[selection.pool]->pick(base::Family::V4, from, who, selection.hash_bits,
                                                selection.pool, world.dice(), out);
        }
      }
      const std::size_t after = allocations;
      CHECK(after == before);
      CHECK(picked > 0);
    }
  }
}
