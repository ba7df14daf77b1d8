#pragma once

#include <chrono>

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
  [[nodiscard]] TimePoint to_steady(System time) const {
    return steady + std::chrono::duration_cast<Clock::duration>(time - system);
  }
};

}  // namespace loadstar::base
