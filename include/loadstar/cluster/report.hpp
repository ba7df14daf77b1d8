#pragma once
// What a vantage tells the nodes, as JSON:
//
//   { "vantage": "asia", "run": 1764390000123, "sequence": 17, "at": 1764390100456, "whole": false,
//     "votes": { "9f86d081884c7d65": ["up", 1764390000500, 10, "status 200"], … } }
//
// `run` is when its process started; within it `sequence` counts reports without a gap. A whole
// report has all votes of the vantage, another one those that have changed since the one before. A
// vote has the verdict ("up", "down"; "unknown" takes it back), since when, the seconds in which it
// can change at the earliest, and the last result in words. Times are milliseconds since 1970.

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "loadstar/base/now.hpp"
#include "loadstar/health/consensus.hpp"

namespace loadstar::cluster {

/// Bytes of a report at most, and votes in it.
inline constexpr std::size_t kMaxReportBytes = std::size_t{32} << 20;
inline constexpr std::size_t kMaxVotes = 100'000;
/// Bytes of a result in words.
inline constexpr std::size_t kMaxVoteText = 256;
/// Bytes of a vantage's name.
inline constexpr std::size_t kMaxName = 63;

using health::Votes;

struct Report {
  std::string vantage;
  std::int64_t run = 0;
  std::uint64_t sequence = 0;  ///< from 1
  base::Now::System at{};
  bool whole = false;
  Votes votes;
};

[[nodiscard]] std::string to_json(const Report& report, const base::Now& now);

/// The error says what is wrong with the text.
[[nodiscard]] std::expected<Report, std::string> parse_report(std::string_view text,
                                                              const base::Now& now);

}  // namespace loadstar::cluster
