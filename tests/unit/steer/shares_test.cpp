#include <set>

#include "catch.hpp"
#include "world.hpp"

using namespace loadstar;
using namespace loadstar::steer;
using namespace loadstar::steer::test;
using base::Family;

namespace {

using States = std::vector<EndpointState>;

EndpointState leaving(std::uint8_t percent) {
  return {.withdrawn = true, .share_percent = percent};
}
EndpointState coming(std::uint8_t percent) { return {.share_percent = percent}; }

std::shared_ptr<const PoolView> view_of(const std::shared_ptr<const model::Pool>& made,
                                        const States& states) {
  return PoolView::make(made, states, nullptr, 1);
}

/// The clients of 2,000 subnets that get an endpoint of a pool.
std::set<std::uint32_t> clients_of(const PoolView& view, std::uint16_t endpoint) {
  Table table;
  std::set<std::uint32_t> found;
  for (std::uint32_t subnet = 0; subnet < 2000; ++subnet) {
    const Client who = client(0x0b00'0000 + subnet * 256 + 7);
    std::array<std::uint16_t, 8> out{};
    const std::size_t count =
        view.usable_for(who) ? view.pick(Family::V4, PickFrom::Live, who, 24, 0, table.dice, out)
                             : 0;
    if (std::ranges::find(out.begin(), out.begin() + count, endpoint) != out.begin() + count)
      found.insert(subnet);
  }
  return found;
}

}  // namespace

TEST_CASE("a client that has left stays away", "[steer][shares]") {
  const auto made = pool("web", endpoints(2));
  std::set<std::uint32_t> before = clients_of(*view_of(made, {kUp, kUp}), 1);
  CHECK(before.size() == 2000);
  for (std::uint8_t percent = 99; percent > 0; percent = static_cast<std::uint8_t>(percent - 7)) {
    const auto view = view_of(made, {kUp, leaving(percent)});
    const auto now = clients_of(*view, 1);
    CHECK(std::ranges::includes(before, now));
    CHECK(now.size() + 100 > 20U * percent);
    CHECK(now.size() < 20U * percent + 100);
    CHECK(clients_of(*view, 0).size() == 2000);
    before = now;
    if (percent < 8) break;
  }
}

TEST_CASE("who comes back takes back the clients by the same slices", "[steer][shares]") {
  const auto made = pool("web", endpoints(2));
  CHECK(clients_of(*view_of(made, {kUp, coming(30)}), 1) ==
        clients_of(*view_of(made, {kUp, leaving(30)}), 1));
}

TEST_CASE("all subnets of a /24 leave together", "[steer][shares]") {
  const auto view = view_of(pool("web", endpoints(1)), {leaving(50)});
  CHECK(view->usable_for(client("192.0.2.1")) == view->usable_for(client("192.0.2.0/24")));
  CHECK(view->usable_for(client("2001:db8:1::1")) == view->usable_for(client("2001:db8:1::/48")));
}

TEST_CASE("a pool of one leaves its clients by and by to the next", "[steer][shares]") {
  const auto view = view_of(pool("web", endpoints(1)), {leaving(40)});
  CHECK_FALSE(view->usable());
  CHECK(view->usable_in_full());
  CHECK_FALSE(view->withdrawn());
  const std::size_t kept = clients_of(*view, 0).size();
  CHECK(kept > 700);
  CHECK(kept < 900);
}

TEST_CASE("min_up counts what a client sees", "[steer][shares]") {
  auto made = pool("web", endpoints(3));
  made->min_up = 2U;
  CHECK(view_of(made, {kUp, kUp, leaving(50)})->usable());
  const auto view = view_of(made, {kUp, leaving(20), leaving(50)});
  CHECK_FALSE(view->usable());
  const std::size_t kept = clients_of(*view, 0).size();
  CHECK(kept > 900);  // with the third one there are two
  CHECK(kept < 1100);
}

TEST_CASE("a TTL that follows health is at its least while shares change", "[steer][shares]") {
  CHECK(view_of(pool("web", endpoints(2)), {kUp, leaving(99)})->settled_seconds() == 0);
  CHECK(view_of(pool("web", endpoints(2)), {kUp, coming(99)})->settled_seconds() == 0);
}

TEST_CASE("a share of what is down changes nothing", "[steer][shares]") {
  EndpointState state = kDown;
  state.share_percent = 10;
  const auto view = view_of(pool("web", endpoints(2)), {kUp, state});
  CHECK(view->usable());
  CHECK(clients_of(*view, 1).empty());
}

TEST_CASE("the states keep their shares, for those who explain", "[steer][shares]") {
  const States states{kUp, leaving(40)};
  CHECK(std::ranges::equal(view_of(pool("web", endpoints(2)), states)->states(), states));
}
