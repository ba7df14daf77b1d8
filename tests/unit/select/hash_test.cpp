#include "loadstar/select/hash.hpp"

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
