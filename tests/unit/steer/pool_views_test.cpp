#include "loadstar/steer/pool_views.hpp"

#include "catch.hpp"
#include "world.hpp"

using namespace loadstar::steer;
using namespace loadstar::steer::test;

TEST_CASE("views with a change share all others, and leave what was there as it was",
          "[steer][pool_views]") {
  std::vector<PoolViews::View> made;
  for (int i = 0; i < 200; ++i) {
    const auto one = pool("p" + std::to_string(i), endpoints(1));
    made.push_back(PoolView::make(one, all(1), nullptr, 1));
  }
  const std::weak_ptr<const PoolView> replaced = made[130];
  const auto fresh = PoolView::make(pool("fresh", endpoints(1)), all(1), nullptr, 2);
  const auto last = PoolView::make(pool("last", endpoints(1)), all(1), nullptr, 3);
  auto before = std::make_unique<PoolViews>(made);
  made.clear();
  const PoolViews after = before->with({{130, fresh}, {199, last}});

  REQUIRE(before->size() == 200);
  REQUIRE(after.size() == 200);
  for (std::size_t i = 0; i < 200; ++i) {
    CHECK((*before)[i].pool().name == "p" + std::to_string(i));
    if (i != 130 && i != 199) CHECK(&after[i] == &(*before)[i]);
    CHECK(&after[i] == after.live()[i]);
  }
  CHECK(&after[130] == fresh.get());
  CHECK(&after[199] == last.get());

  // What is replaced goes with the last that has it.
  CHECK_FALSE(replaced.expired());
  before.reset();
  CHECK(replaced.expired());
  CHECK(after[129].pool().name == "p129");
}
