#pragma once
// verdicts.txt in the state directory: what was known of every target, so that a restart answers
// from it at once instead of waiting for a round of probes.
//
//   loadstar-verdicts 1
//   up 1764390000123 1764390100456 0 0 - http 192.0.2.1:80 9f86d081884c7d65
//   checksum 2bd806c97f0e00af
//
// A line has verdict, since when, when it was probed last, until when it is held down, how often in
// a row, the times of its changes (commas, or "-"), and the question. Times are milliseconds since
// 1970. The checksum is XXH3 of all before it.

#include <expected>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "loadstar/base/now.hpp"
#include "loadstar/health/board.hpp"

namespace loadstar::app {

/// Where it stands.
[[nodiscard]] std::filesystem::path verdict_file_in(const std::filesystem::path& state);

[[nodiscard]] std::string verdicts_to_text(const std::vector<health::Remembered>& verdicts,
                                           const base::Now& now);
/// The error says what is damaged.
[[nodiscard]] std::expected<std::vector<health::Remembered>, std::string> verdicts_from_text(
    std::string_view text, const base::Now& now);

}  // namespace loadstar::app
