#include "loadstar/select/hash.hpp"

#include <bit>
#include <vector>

#include "catch.hpp"

namespace {
using namespace loadstar::select;
}

TEST_CASE("the hash is the published XXH3, so that nodes of any build agree", "[select][hash]") {
  CHECK(hash("") == 0x2d06800538d394c2ULL);
  const std::vector<std::uint8_t> bytes{'a', 'b', 'c'};
  CHECK(hash(bytes) == 0x78af5f94892f3950ULL);
  CHECK(hash("abc") == hash(bytes));
}

TEST_CASE("one input bit of mix changes about half of the output bits", "[select][hash]") {
  for (int bit = 0; bit < 64; ++bit) {
    int changed = 0;
    for (std::uint64_t i = 1; i <= 1000; ++i) {
      const std::uint64_t x = i * 0x9e3779b97f4a7c15ULL;
      changed += std::popcount(mix(x) ^ mix(x ^ (1ULL << bit)));
    }
    CAPTURE(bit);
    // 32 of 64; 1000 trials of 64 coins deviate by 0.13 at most in five standard deviations, the
    // finalizer by little more.
    CHECK(changed / 1000.0 == Approx(32).margin(0.7));
  }
}
