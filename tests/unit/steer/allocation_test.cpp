// The query path allocates nothing: counted by replacing the global operator new.
#include <atomic>
#include <cstdlib>
#include <new>

#include "catch.hpp"
#include "world.hpp"

namespace {
std::atomic<std::size_t> allocations{0};
}

void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}
// Sanitizers bring one of their own unless this one is replaced, too.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  ++allocations;
  return std::malloc(size == 0 ? 1 : size);
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

using namespace loadstar;
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
