#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace loadstar::base {

using Duration = std::chrono::milliseconds;

/// The clock of everything that measures: steady, so that a corrected wall clock moves nothing.
/// Code that decides takes a TimePoint as a parameter and never reads the clock itself.
using Clock = std::chrono::steady_clock;
using TimePoint = Clock::time_point;

/// What lasts, and what people, files and other nodes are told, goes by the wall clock.
using SystemTime = std::chrono::sys_time<Duration>;

/// "500ms", "5s", "10m", "1h", "7d": a whole or decimal number and a unit. At most 10 years, not
/// negative.
[[nodiscard]] std::optional<Duration> parse_duration(std::string_view text);

/// The shortest exact form, in the words of parse_duration: 90 s is "90s", 120 s is "2m", 1500 ms
/// is "1500ms".
[[nodiscard]] std::string to_string(Duration duration);

}  // namespace loadstar::base
