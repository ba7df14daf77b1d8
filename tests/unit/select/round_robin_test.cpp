#include "loadstar/select/round_robin.hpp"

#include <vector>

#include "catch.hpp"

namespace {

using loadstar::select::next_turn;

std::vector<std::uint32_t> turns(std::uint32_t& turn, std::uint32_t size, int count) {
  std::vector<std::uint32_t> seen;
  for (int i = 0; i < count; ++i) seen.push_back(next_turn(turn, size));
  return seen;
}

}  // namespace

TEST_CASE("round robin visits everyone in turn", "[select][round_robin]") {
  std::uint32_t turn = 0;
  CHECK(turns(turn, 3, 7) == std::vector<std::uint32_t>{0, 1, 2, 0, 1, 2, 0});
}

TEST_CASE("round robin goes on when the number of members changes", "[select][round_robin]") {
  std::uint32_t turn = 0;
  CHECK(turns(turn, 4, 3) == std::vector<std::uint32_t>{0, 1, 2});
  CHECK(turns(turn, 2, 3) == std::vector<std::uint32_t>{0, 1, 0});
  CHECK(turns(turn, 5, 3) == std::vector<std::uint32_t>{1, 2, 3});
}

TEST_CASE("round robin starts anew from any number that does not fit", "[select][round_robin]") {
  std::uint32_t turn = 0xffff'ffff;
  CHECK(turns(turn, 2, 3) == std::vector<std::uint32_t>{0, 1, 0});
}
