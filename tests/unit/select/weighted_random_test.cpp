#include "loadstar/select/weighted_random.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>
#include <vector>

#include "loadstar/select/limits.hpp"

#include "catch.hpp"

namespace {

using namespace loadstar;
using select::WeightedRandom;

constexpr int kDraws = 200'000;

// Five standard deviations of a binomial count: by chance about one check in two million fails, and
// the seeds are fixed.
double tolerance(double probability, int draws = kDraws) {
  return 5 * std::sqrt(draws * probability * (1 - probability));
}

std::vector<int> counts_of(const std::vector<std::uint32_t>& weights, std::uint64_t seed) {
  const WeightedRandom members(weights);
  base::Random random(seed);
  std::vector<int> counts(weights.size());
  for (int i = 0; i < kDraws; ++i) ++counts[members.pick(random)];
  return counts;
}

void check_shares(const std::vector<std::uint32_t>& weights) {
  const std::vector<int> counts = counts_of(weights, 11);
  const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
  for (std::size_t i = 0; i < weights.size(); ++i) {
    CAPTURE(i, weights[i]);
    const double share = weights[i] / total;
    CHECK(std::abs(counts[i] - share * kDraws) <= tolerance(share));
    if (weights[i] == 0) CHECK(counts[i] == 0);
  }
}

}  // namespace

TEST_CASE("weighted random picks in proportion to the weights", "[select][weighted_random]") {
  // Up to 8 members are picked by sums, more by the alias table.
  const std::vector<std::vector<std::uint32_t>> tables = {
      {1},
      {3, 1},
      {1, 0, 1},
      {65535, 1},
      {1, 2, 3, 4, 5, 6, 7, 8},
      {65535, 65535, 65535, 65535, 65535, 65535, 65535, 65535},
      {1, 2, 3, 4, 5, 6, 7, 8, 9},
      {0, 0, 0, 0, 0, 0, 0, 0, 0, 5},
      {1000, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 1},
      std::vector<std::uint32_t>(100, 7),
  };
  for (const auto& weights : tables) check_shares(weights);
}

TEST_CASE("weighted random treats members alike when all weights are 0",
          "[select][weighted_random]") {
  for (const std::size_t size : {3U, 30U}) {
    const std::vector<int> counts = counts_of(std::vector<std::uint32_t>(size, 0), 5);
    const double share = 1.0 / static_cast<double>(size);
    for (const int count : counts) CHECK(std::abs(count - share * kDraws) <= tolerance(share));
  }
}

TEST_CASE("weighted random without members picks nothing", "[select][weighted_random]") {
  base::Random random(1);
  std::vector<std::uint16_t> out(3);
  CHECK(WeightedRandom().pick(random) == 0);
  CHECK(WeightedRandom().pick_distinct(random, out) == 0);
}

TEST_CASE("the largest total that fits is picked from evenly", "[select][weighted_random]") {
  // 65,536 members of the largest weight: the sum is 2^32 - 65,536.
  const WeightedRandom members(std::vector<std::uint32_t>(65'536, 65'535));
  base::Random random(3);
  double sum = 0;
  for (int i = 0; i < kDraws; ++i) sum += members.pick(random);
  // The mean of a uniform draw; its standard deviation is size / sqrt(12 x draws).
  CHECK(std::abs(sum / kDraws - 32'767.5) <= 5 * 65'536 / std::sqrt(12.0 * kDraws));
}

TEST_CASE("drawing without replacement never repeats and ends with all members",
          "[select][weighted_random]") {
  const std::vector<std::uint32_t> weights{5, 0, 1, 1000, 2, 2, 9, 65535, 1, 0, 3};
  const WeightedRandom members(weights);
  base::Random random(17);
  for (int i = 0; i < 2000; ++i) {
    std::vector<std::uint16_t> out(weights.size());
    const std::size_t count = members.pick_distinct(random, out);
    REQUIRE(count == 9);
    const std::set<std::uint16_t> distinct(out.begin(), out.begin() + 9);
    REQUIRE(distinct == std::set<std::uint16_t>{0, 2, 3, 4, 5, 6, 7, 8, 10});
  }
}

TEST_CASE("the second draw without replacement shares by the weights that are left",
          "[select][weighted_random]") {
  const std::vector<std::uint32_t> weights{6, 3, 1};
  const WeightedRandom members(weights);
  base::Random random(23);
  std::vector<std::vector<int>> pairs(3, std::vector<int>(3));
  for (int i = 0; i < kDraws; ++i) {
    std::array<std::uint16_t, 2> out{};
    REQUIRE(members.pick_distinct(random, out) == 2);
    ++pairs[out[0]][out[1]];
  }
  for (std::size_t first = 0; first < 3; ++first) {
    for (std::size_t second = 0; second < 3; ++second) {
      CAPTURE(first, second);
      const double p =
          first == second ? 0 : weights[first] / 10.0 * weights[second] / (10.0 - weights[first]);
      CHECK(std::abs(pairs[first][second] - p * kDraws) <= tolerance(p));
    }
  }
}

TEST_CASE("drawing without replacement stops at its limit", "[select][weighted_random]") {
  const WeightedRandom members(std::vector<std::uint32_t>(100, 1));
  base::Random random(29);
  std::vector<std::uint16_t> out(100);
  CHECK(members.pick_distinct(random, out) == select::kMaxPicked);
  CHECK(members.pick_distinct(random, std::span(out).first(2)) == 2);
}
