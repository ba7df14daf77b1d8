#include "loadstar/base/random.hpp"

#include <array>
#include <cmath>

#include "catch.hpp"

using loadstar::base::Random;

TEST_CASE("the same seed gives the same numbers", "[base]") {
  Random a(7);
  Random b(7);
  Random c(8);
  CHECK(a.next() == b.next());
  CHECK(a.next() != c.next());
}

TEST_CASE("numbers below a bound are even", "[base]") {
  Random random(1);
  std::array<int, 10> seen{};
  constexpr int kDraws = 100'000;
  for (int i = 0; i < kDraws; ++i) ++seen.at(random.below(10));
  // The standard deviation of each count is 95; five of them is the tolerance.
  for (const int count : seen) CHECK(std::abs(count - kDraws / 10) < 475);
  CHECK(random.below(1) == 0);
}
