#pragma once
// The whole address space of a family as an ordered list of runs: what every walk, overlay and
// sweep of this module reads and writes. Keys are addresses as numbers, because a database has
// millions of networks and a number is what compares fastest.

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "loadstar/base/address.hpp"

namespace loadstar::geo {

using Number32 = std::uint32_t;
__extension__ typedef unsigned __int128 Number128;

[[nodiscard]] constexpr Number128 join(std::uint64_t high, std::uint64_t low) noexcept {
  return static_cast<Number128>(high) << 64 | low;
}

/// Zero bits at the low end; `number` must not be 0.
template <class Number>
[[nodiscard]] constexpr unsigned trailing_zeros(Number number) noexcept {
  const auto low = static_cast<std::uint64_t>(number);
  if constexpr (sizeof(Number) > 8) {
    if (low == 0) return 64 + trailing_zeros(static_cast<std::uint64_t>(number >> 64));
  }
  return static_cast<unsigned>(std::countr_zero(low));
}

/// The address as a number; Number must be the one of its family.
template <class Number>
[[nodiscard]] Number number_of(const base::Address& address) noexcept {
  if constexpr (sizeof(Number) == 4)
    return address.v4_number();
  else
    return join(address.v6_half(0), address.v6_half(1));
}

/// Runs of addresses with a value each, without gaps, to be read from the first to the last: a run
/// ends where the next begins, the last at the end of the family. Packed, because 3 million
/// networks as pairs of numbers take three times the memory: some 4 bytes a run for IPv4, 6 for
/// IPv6. Not empty from the first append() on, which must be at 0.
///
///   value, { length of the run, value of the next } ...    a length is its trailing zeros and what
///   is left of it then
template <class Number>
class Runs {
  /// Where to start reading.
  struct Mark {
    Number first = 0;
    std::size_t at = 0;
  };

 public:
  static constexpr Number kLast = static_cast<Number>(~Number{0});

  /// `first` must be above every earlier one. A value equal to that of the run before prolongs that
  /// run.
  void append(Number first, std::uint32_t value) {
    if (size_ > 0 && value == last_value_) return;
    if (size_ > 0) put_length(static_cast<Number>(first - last_first_));
    if (size_ % kStride == 0) marks_.push_back({first, bytes_.size()});
    put_number(value);
    last_first_ = first;
    last_value_ = value;
    ++size_;
  }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  /// Without what the vectors have in reserve: those pages have never been touched.
  [[nodiscard]] std::size_t memory_bytes() const noexcept {
    return bytes_.size() + marks_.size() * sizeof(Mark);
  }

  /// Reads run by run; the list must outlive it, unchanged and not empty.
  class Cursor {
   public:
    explicit Cursor(const Runs& runs) : Cursor(runs, runs.marks_.front()) {}

    [[nodiscard]] std::uint32_t value() const noexcept { return value_; }
    [[nodiscard]] Number first() const noexcept { return first_; }
    [[nodiscard]] Number last() const noexcept { return last_; }
    /// Not beyond the run that ends at kLast.
    void advance() noexcept {
      first_ = static_cast<Number>(last_ + 1);
      read();
    }

   private:
    friend class Runs;
    Cursor(const Runs& runs, const Mark& from)
        : first_(from.first),
          next_(runs.bytes_.data() + from.at),
          end_(runs.bytes_.data() + runs.bytes_.size()) {
      read();
    }

    void read() noexcept {
      value_ = static_cast<std::uint32_t>(get_number());
      if (next_ == end_) {
        last_ = kLast;
        return;
      }
      const unsigned zeros = *next_++;
      last_ = static_cast<Number>(first_ + static_cast<Number>(get_number() << zeros) - 1);
    }

    Number get_number() noexcept {
      Number number = *next_ & 0x7fU;
      for (unsigned shift = 7; (*next_++ & 0x80U) != 0; shift += 7) {
        number = static_cast<Number>(number | static_cast<Number>(*next_ & 0x7fU) << shift);
      }
      return number;
    }

    Number first_;
    Number last_ = kLast;
    std::uint32_t value_ = 0;
    const std::uint8_t* next_;
    const std::uint8_t* end_;
  };

  /// The value at an address: a binary search to within kStride runs.
  [[nodiscard]] std::uint32_t at(Number address) const noexcept {
    const auto after = std::ranges::upper_bound(marks_, address, {}, &Mark::first);
    Cursor cursor(*this, *(after - 1));
    while (cursor.last() < address) cursor.advance();
    return cursor.value();
  }

 private:
  static constexpr std::size_t kStride = 256;

  void put_length(Number length) {
    const unsigned zeros = trailing_zeros(length);
    bytes_.push_back(static_cast<std::uint8_t>(zeros));
    put_number(static_cast<Number>(length >> zeros));
  }
  /// Seven bits a byte, the lowest first; the highest bit says that more follow.
  void put_number(Number number) {
    for (; number >= 0x80; number = static_cast<Number>(number >> 7U)) {
      bytes_.push_back(static_cast<std::uint8_t>(number | 0x80U));
    }
    bytes_.push_back(static_cast<std::uint8_t>(number));
  }

  std::vector<std::uint8_t> bytes_;
  std::vector<Mark> marks_;
  std::size_t size_ = 0;
  Number last_first_ = 0;
  std::uint32_t last_value_ = 0;
};

}  // namespace loadstar::geo
