#include "loadstar/select/smooth_weighted.hpp"

#include <string>
#include <string_view>
#include <vector>

#include "catch.hpp"

namespace {

using loadstar::select::SmoothWeighted;

// The first `count` picks, members named a, b, c, …
std::string picks(const std::vector<std::uint32_t>& weights, std::size_t count) {
  SmoothWeighted members(weights);
  std::string seen;
  while (seen.size() < count) seen += static_cast<char>('a' + static_cast<char>(members.next()));
  return seen;
}

}  // namespace

TEST_CASE("smooth weighted round robin picks in nginx's order", "[select][smooth_weighted]") {
  struct Row {
    std::vector<std::uint32_t> weights;
    std::string_view expected;
  };
  const Row rows[] = {
      {{5, 1, 1}, "aabacaaaabacaa"},
      {{4, 2, 1}, "abacabaabacaba"},
      {{1}, "aaa"},
      {{1, 1, 1}, "abcabc"},
      {{2, 1}, "abaaba"},
      {{3, 3}, "ababab"},
      {{0, 2, 1}, "bcbbcb"},
      {{0, 0}, "abab"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.weights);
    CHECK(picks(row.weights, row.expected.size()) == row.expected);
  }
}

TEST_CASE("each round holds every member exactly weight times", "[select][smooth_weighted]") {
  const std::vector<std::uint32_t> weights{65535, 1, 300, 0, 17};
  SmoothWeighted members(weights);
  for (int round = 0; round < 2; ++round) {
    std::vector<std::uint32_t> counts(weights.size());
    for (int i = 0; i < 65535 + 1 + 300 + 17; ++i) ++counts[members.next()];
    CHECK(counts == weights);
  }
}
