#pragma once
// CIDR blocks as numbers: from prefixes to runs, and from runs back to the largest blocks that fit.

#include <algorithm>
#include <bit>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "loadstar/geo/runs.hpp"

namespace loadstar::geo {

template <class Number>
inline constexpr unsigned kBitsOf = 8 * sizeof(Number);

template <class Number>
[[nodiscard]] constexpr Number last_of_block(Number first, unsigned prefix_bits) noexcept {
  if (prefix_bits >= kBitsOf<Number>) return first;
  return static_cast<Number>(first | static_cast<Number>(Runs<Number>::kLast >> prefix_bits));
}

/// Values of blocks, by first address and length of the prefix.
template <class Number>
using Blocks = std::map<std::pair<Number, unsigned>, std::uint32_t>;

/// Lays blocks into a space that is 0 elsewhere: the longest prefix wins.
template <class Number>
[[nodiscard]] Runs<Number> lay_out(const Blocks<Number>& blocks) {
  struct Open {
    Number last;
    std::uint32_t value;
  };
  std::map<Number, std::uint32_t> starts{{0, 0}};
  std::vector<Open> around{{Runs<Number>::kLast, 0}};  // each holds the next
  const auto leave_those_before = [&](Number address) {
    while (around.back().last < address) {
      const auto next = static_cast<Number>(around.back().last + 1);
      around.pop_back();
      starts[next] = around.back().value;
    }
  };
  for (const auto& [block, value] : blocks) {
    const auto& [first, prefix_bits] = block;
    leave_those_before(first);
    starts[first] = value;
    around.push_back({last_of_block(first, prefix_bits), value});
  }
  leave_those_before(Runs<Number>::kLast);

  Runs<Number> runs;
  for (const auto& [first, value] : starts) runs.append(first, value);
  return runs;
}

/// Bits of the number: 0 for 0.
[[nodiscard]] constexpr unsigned width_of(Number128 number) noexcept {
  const auto high = static_cast<std::uint64_t>(number >> 64);
  return high != 0 ? 64 + static_cast<unsigned>(std::bit_width(high))
                   : static_cast<unsigned>(std::bit_width(static_cast<std::uint64_t>(number)));
}

/// Goes through a list (not empty, outlives it) in its canonical blocks: the largest CIDR blocks
/// within each run. If equal neighbours are merged, no shorter prefix around any of their addresses
/// has one value. value() is the run's value with the length of the prefix in the low 8 bits.
template <class Number>
class BlockCursor {
 public:
  explicit BlockCursor(const Runs<Number>& runs) : run_(runs) { settle(); }

  [[nodiscard]] Number last() const { return last_; }
  [[nodiscard]] std::uint32_t value() const { return run_.value() << 8 | prefix_bits_; }

  void advance() {
    if (last_ == run_.last()) run_.advance();
    first_ = static_cast<Number>(last_ + 1);
    settle();
  }

 private:
  /// The first bits of the address must stay: as many as let the block start here, and end within
  /// the run.
  void settle() {
    const Number room = static_cast<Number>(run_.last() - first_);  // addresses, less one
    const unsigned aligned = first_ == 0 ? kBitsOf<Number> : trailing_zeros(first_);
    // The widest block has 2^n addresses with 2^n - 1 <= room.
    const bool all_ones = (room & static_cast<Number>(room + 1)) == 0;
    const unsigned fitting = width_of(room) - (all_ones ? 0 : 1);
    prefix_bits_ = kBitsOf<Number> - std::min(aligned, fitting);
    last_ = last_of_block(first_, prefix_bits_);
  }

  typename Runs<Number>::Cursor run_;
  Number first_ = 0;
  Number last_ = 0;
  unsigned prefix_bits_ = 0;
};

}  // namespace loadstar::geo
