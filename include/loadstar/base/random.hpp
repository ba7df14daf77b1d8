#pragma once

#include <cstdint>

namespace loadstar::base {

/// A bijection that spreads every input bit over all output bits (the finalizer of SplitMix64).
[[nodiscard]] constexpr std::uint64_t mix(std::uint64_t x) noexcept {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

/// A small, fast generator (xoroshiro128+ by Blackman and Vigna), one per worker and never shared.
/// Not for secrets.
class Random {
 public:
  /// The same seed gives the same sequence, so that a decision can be replayed.
  explicit Random(std::uint64_t seed) noexcept : a_(split(seed)), b_(split(seed)) {}

  [[nodiscard]] std::uint64_t next() noexcept {
    const std::uint64_t result = a_ + b_;
    const std::uint64_t mixed = a_ ^ b_;
    a_ = rotate(a_, 24) ^ mixed ^ (mixed << 16);
    b_ = rotate(mixed, 37);
    return result;
  }

  /// Uniform in [0, bound) by multiplication; the bias is below bound / 2^32. `bound` must not be
  /// 0.
  [[nodiscard]] std::uint32_t below(std::uint32_t bound) noexcept {
    return static_cast<std::uint32_t>((next() >> 32) * bound >> 32);
  }

 private:
  // SplitMix64: turns any seed, 0 too, into well mixed state.
  static std::uint64_t split(std::uint64_t& seed) noexcept {
    return mix(seed += 0x9e3779b97f4a7c15ULL);
  }
  static constexpr std::uint64_t rotate(std::uint64_t x, int by) noexcept {
    return x << by | x >> (64 - by);
  }

  std::uint64_t a_;
  std::uint64_t b_;
};

/// 64 bits from the operating system, for seeds and for keys of hashes that strangers must not be
/// able to predict.
[[nodiscard]] std::uint64_t entropy();

}  // namespace loadstar::base
