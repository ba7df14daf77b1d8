#include "loadstar/geo/runs.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "loadstar/base/random.hpp"

#include "catch.hpp"

namespace {

using loadstar::base::Random;
using loadstar::geo::join;
using loadstar::geo::Number128;
using loadstar::geo::Number32;
using loadstar::geo::Runs;

template <class Number>
struct Run {
  Number first;
  Number last;
  std::uint32_t value;

  friend bool operator==(const Run&, const Run&) = default;
};

template <class Number>
std::vector<Run<Number>> read(const Runs<Number>& runs) {
  typename Runs<Number>::Cursor cursor(runs);
  std::vector<Run<Number>> result{{cursor.first(), cursor.last(), cursor.value()}};
  while (cursor.last() != Runs<Number>::kLast) {
    cursor.advance();
    result.push_back({cursor.first(), cursor.last(), cursor.value()});
  }
  return result;
}

template <class Number>
Number random_number(Random& random) {
  const auto number = static_cast<Number>(join(random.next(), random.next()));
  return static_cast<Number>(number << random.below(8 * sizeof(Number)));
}

}  // namespace

TEST_CASE("a list of one run is all addresses", "[geo]") {
  Runs<Number32> runs;
  runs.append(0, 7);
  CHECK(read(runs) == std::vector<Run<Number32>>{{0, 0xffff'ffff, 7}});
  CHECK(runs.at(0) == 7);
  CHECK(runs.at(0xffff'ffff) == 7);
}

TEST_CASE("equal neighbors are one run", "[geo]") {
  Runs<Number32> runs;
  for (const auto& [first, value] : {std::pair{0U, 1U}, {5U, 1U}, {6U, 2U}, {7U, 2U}, {8U, 1U}}) {
    runs.append(first, value);
  }
  CHECK(read(runs) == std::vector<Run<Number32>>{{0, 5, 1}, {6, 7, 2}, {8, 0xffff'ffff, 1}});
}

TEMPLATE_TEST_CASE("packed runs come back as they were, in order and by address", "[geo]", Number32,
                   Number128) {
  Random random(5);
  std::vector<TestType> firsts{0, 1, Runs<TestType>::kLast};
  for (int i = 0; i < 3000; ++i) firsts.push_back(random_number<TestType>(random));
  std::ranges::sort(firsts);
  const auto repeated = std::ranges::unique(firsts);
  firsts.erase(repeated.begin(), repeated.end());

  Runs<TestType> runs;
  std::vector<Run<TestType>> wanted;
  for (std::size_t i = 0; i < firsts.size(); ++i) {
    // Unlike the value before by its lowest bit.
    const auto value = static_cast<std::uint32_t>((random.next() >> 33U) << 1U | (i & 1U));
    runs.append(firsts[i], value);
    const bool is_last = i + 1 == firsts.size();
    wanted.push_back({firsts[i],
                      is_last ? Runs<TestType>::kLast : static_cast<TestType>(firsts[i + 1] - 1),
                      value});
  }
  CHECK(runs.size() == wanted.size());
  CHECK((read(runs) == wanted));
  for (const auto& run : wanted) {
    REQUIRE(runs.at(run.first) == run.value);
    REQUIRE(runs.at(run.last) == run.value);
  }
}
