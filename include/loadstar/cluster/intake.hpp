#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "loadstar/base/now.hpp"
#include "loadstar/cluster/report.hpp"
#include "loadstar/health/consensus.hpp"

namespace loadstar::cluster {

/// How far a report's time may be from ours: what is older may be an old one that is played again.
inline constexpr base::Duration kMaxReportAge = std::chrono::seconds(60);

/// What became of a report.
enum class Taken : std::uint8_t {
  Taken,
  WholeWanted,   ///< it builds on one that was never here
  Repeated,      ///< it, or a later one, was here already
  Stale,         ///< its time is not near ours
  Malformed,     ///< it cannot be read
  Unauthorized,  ///< from somebody who may not speak for the vantage
};
inline constexpr std::size_t kTaken = 6;

/// The metric label: "taken", "whole_wanted", …
[[nodiscard]] std::string_view to_string(Taken taken) noexcept;

/// Takes reports in: each once, in their order, whatever way they come.
class Intake {
 public:
  /// `consensus` must outlive the intake. `self` is the one vantage that nobody else speaks for.
  Intake(health::Consensus& consensus, std::string self)
      : consensus_(consensus), self_(std::move(self)) {}

  Taken take(const Report& report, const base::Now& now);

  /// All that is known of a vantage, as its own whole report would have it; nothing when it has
  /// never been heard.
  [[nodiscard]] std::optional<Report> whole(const std::string& vantage) const;

 private:
  struct Last {
    std::int64_t run = 0;
    std::uint64_t sequence = 0;
    base::Now::System at{};
  };

  [[nodiscard]] Taken judge(const Report& report, const base::Now& now) const;

  health::Consensus& consensus_;
  std::string self_;
  std::map<std::string, Last> last_;  // by vantage
};

}  // namespace loadstar::cluster
