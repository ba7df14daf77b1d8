#pragma once

#include <chrono>
#include <cstdint>

#include "loadstar/base/duration.hpp"

namespace loadstar::base {

/// One moment by both clocks: what is measured goes by the steady one, what people and files are
/// told by the other.
struct Now {
  using System = std::chrono::system_clock::time_point;

  TimePoint steady = Clock::now();
  System system = std::chrono::system_clock::now();

  [[nodiscard]] System to_system(TimePoint time) const {
    return system + std::chrono::duration_cast<System::duration>(time - steady);
  }
  /// Since 1970, as files and messages write a time.
  [[nodiscard]] static std::int64_t milliseconds(System time) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
  }
  [[nodiscard]] TimePoint to_steady(System time) const {
    return steady + std::chrono::duration_cast<Clock::duration>(time - system);
  }
};

}  // namespace loadstar::base
