#include "loadstar/base/siphash.hpp"

#include <array>
#include <numeric>

#include "catch.hpp"

using loadstar::base::SipHash;
using loadstar::base::SipKey;

TEST_CASE("SipHash-2-4 gives its authors' test vectors", "[base][siphash]") {
  // Key 00 … 0f, inputs 00 01 02 …: the reference implementation's vectors_sip64 by length.
  constexpr SipKey kKey{0x0706050403020100, 0x0f0e0d0c0b0a0908};
  struct Row {
    std::size_t length;
    std::uint64_t hash;
  };
  const Row row = GENERATE(values<Row>({{0, 0x726fdb47dd0e0e31},
                                        {1, 0x74f839c593dc67fd},
                                        {7, 0xab0200f58b01d137},
                                        {8, 0x93f5f5799a932462},
                                        {15, 0xa129ca6149be45e5},
                                        {63, 0x958a324ceb064572}}));
  std::array<std::uint8_t, 64> input{};
  std::iota(input.begin(), input.end(), std::uint8_t{0});
  CAPTURE(row.length);
  CHECK(SipHash(kKey)(std::span(input).first(row.length)) == row.hash);
}
