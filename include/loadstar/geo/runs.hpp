#pragma once
// The whole address space of a family as an ordered list of runs: what every walk, overlay and
// sweep of this module reads and writes. Keys are addresses as numbers, because a database has
// millions of networks and a number is what compares fastest.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "loadstar/base/address.hpp"

namespace loadstar::geo {

using Number32 = std::uint32_t;
__extension__ typedef unsigned __int128 Number128;

[[nodiscard]] constexpr Number128 join(std::uint64_t high, std::uint64_t low) noexcept {
  return static_cast<Number128>(high) << 64 | low;
}

/// The address as a number; Number must be the one of its family.
template <class Number>
[[nodiscard]] Number number_of(const base::Address& address) noexcept {
  if constexpr (sizeof(Number) == 4)
    return address.v4_number();
  else
    return join(address.v6_half(0), address.v6_half(1));
}

/// Runs of addresses with a value each, without gaps: a run ends where the next begins, the last at
/// the end of the family. 8 bytes a run for IPv4, 20 for IPv6. Not empty from the first append()
/// on, which must be at 0.
template <class Number>
class Runs {
 public:
  static constexpr Number kLast = static_cast<Number>(~Number{0});

  /// `first` must not be below an earlier one; the last word for the same address counts. A value
  /// equal to that of the run before prolongs that run.
  void append(Number first, std::uint32_t value) {
    if (!values_.empty() && firsts_.back() == first) drop_last();
    if (!values_.empty() && values_.back() == value) return;
    firsts_.push_back(first);
    values_.push_back(value);
  }

  [[nodiscard]] std::size_t size() const noexcept { return values_.size(); }
  [[nodiscard]] Number first(std::size_t index) const noexcept { return firsts_[index]; }
  [[nodiscard]] Number last(std::size_t index) const noexcept {
    return index + 1 < size() ? static_cast<Number>(firsts_[index + 1] - 1) : kLast;
  }
  [[nodiscard]] std::uint32_t value(std::size_t index) const noexcept { return values_[index]; }

  /// The value at an address, by binary search.
  [[nodiscard]] std::uint32_t at(Number address) const noexcept {
    const auto after = std::upper_bound(firsts_.begin(), firsts_.end(), address);
    return values_[static_cast<std::size_t>(after - firsts_.begin()) - 1];
  }

  [[nodiscard]] std::size_t memory_bytes() const noexcept {
    return firsts_.capacity() * sizeof(Number) + values_.capacity() * sizeof(std::uint32_t);
  }

 private:
  void drop_last() {
    firsts_.pop_back();
    values_.pop_back();
  }

  std::vector<Number> firsts_;
  std::vector<std::uint32_t> values_;
};

}  // namespace loadstar::geo
