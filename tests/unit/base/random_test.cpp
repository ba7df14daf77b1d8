#include "loadstar/base/random.hpp"

#include <array>
#include <bit>
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

TEST_CASE("one input bit of mix changes about half of the output bits", "[base][random]") {
  for (int bit = 0; bit < 64; ++bit) {
    int changed = 0;
    for (std::uint64_t i = 1; i <= 1000; ++i) {
      const std::uint64_t x = i * 0x9e3779b97f4a7c15ULL;
      changed += std::popcount(loadstar::base::mix(x) ^ loadstar::base::mix(x ^ (1ULL << bit)));
    }
    CAPTURE(bit);
    // 32 of 64; 1000 trials of 64 coins deviate by 0.13 at most in five standard deviations, the
    // finalizer by little more.
    CHECK(changed / 1000.0 == Approx(32).margin(0.7));
  }
}
