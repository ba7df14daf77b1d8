#pragma once

#include <ctime>

#include "loadstar/answer/moment.hpp"

namespace loadstar::serve {

/// The time to a few milliseconds, for a nanosecond's work: once per batch.
[[nodiscard]] inline answer::Moment coarse_now() noexcept {
  timespec wall{};
  timespec steady{};
  ::clock_gettime(CLOCK_REALTIME_COARSE, &wall);
  ::clock_gettime(CLOCK_MONOTONIC_COARSE, &steady);
  return {.unix_seconds = static_cast<std::uint32_t>(wall.tv_sec),
          .microseconds = static_cast<std::uint64_t>(steady.tv_sec) * 1'000'000 +
                          static_cast<std::uint64_t>(steady.tv_nsec) / 1000};
}

}  // namespace loadstar::serve
