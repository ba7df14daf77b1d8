#pragma once

#include <array>
#include <bit>
#include <cstdint>

namespace loadstar::bench {

/// How long answers took: counts in buckets of nanoseconds, 32 to each power of two, so that a
/// percentile is within 3 %.
class Latencies {
 public:
  constexpr void add(std::int64_t nanoseconds) noexcept {
    const auto value = static_cast<std::uint64_t>(nanoseconds < 1 ? 1 : nanoseconds);
    ++counts_[bucket(value)];
    ++total_;
  }
  /// Nanoseconds within which the given share of all answers came; 0 without any.
  [[nodiscard]] constexpr double percentile(double share) const noexcept {
    const auto wanted = static_cast<std::uint64_t>(share * static_cast<double>(total_));
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      seen += counts_[i];
      if (seen > wanted) return static_cast<double>(upper_end(i));
    }
    return 0;
  }

 private:
  static constexpr unsigned kStepBits = 5;
  static constexpr std::uint64_t kSteps = 1U << kStepBits;

  static constexpr std::size_t bucket(std::uint64_t value) noexcept {
    if (value < kSteps) return value;
    const unsigned shift = static_cast<unsigned>(std::bit_width(value)) - kStepBits - 1;
    return (shift + 1) * kSteps + (value >> shift) - kSteps;
  }
  static constexpr std::uint64_t upper_end(std::size_t bucket) noexcept {
    if (bucket < kSteps) return bucket;
    const std::size_t shift = bucket / kSteps - 1;
    return (kSteps + bucket % kSteps + 1) << shift;
  }

  std::array<std::uint64_t, (64 - kStepBits + 1) * kSteps> counts_{};
  std::uint64_t total_ = 0;
};

// Of 1 to 1000 microseconds, half are within 500 and all but one within 999, give or take 3 %.
static_assert([] {
  Latencies latencies;
  for (std::int64_t us = 1; us <= 1000; ++us) latencies.add(us * 1000);
  const auto is_near = [&](double share, double ns) {
    const double found = latencies.percentile(share);
    return found >= ns && found < ns * 1.04;
  };
  return is_near(0.5, 500e3) && is_near(0.99, 990e3) && is_near(0.999, 999e3);
}());

}  // namespace loadstar::bench
