#pragma once

#include <cstdint>

namespace loadstar::model {

inline constexpr std::uint32_t kMaxWeight = 65'535;

/// What an endpoint says of its own weight when it is probed.
struct ReportedWeight {
  enum class Unit : std::uint8_t {
    Whole,    ///< replaces the file's weight; 0 to kMaxWeight
    Percent,  ///< of the file's weight; 0 to 100
  };
  Unit unit = Unit::Whole;
  std::uint32_t value = 0;

  /// The weight of an endpoint that has `weight` in the file. A share above 0 leaves at least 1,
  /// for 0 means something else: only when no other is up.
  [[nodiscard]] constexpr std::uint32_t apply_to(std::uint32_t weight) const noexcept {
    constexpr std::uint32_t kWhole = 100;
    if (unit == Unit::Whole) return value;
    return (weight * value + kWhole - 1) / kWhole;
  }

  friend bool operator==(const ReportedWeight&, const ReportedWeight&) = default;
};

}  // namespace loadstar::model
