#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_set>

#include "loadstar/base/now.hpp"
#include "loadstar/cluster/report.hpp"
#include "loadstar/health/consensus.hpp"

namespace loadstar::cluster {

/// Whether a report has votes, or only shows that its sender is there.
enum class Content : std::uint8_t { Full, Presence };

/// Makes the reports of this process's own vantage.
class Reporter {
 public:
  /// `consensus` must outlive the reporter; the reports tell what it has of ourselves.
  Reporter(const health::Consensus& consensus, std::string vantage, const base::Now& now,
           Content content = Content::Full);

  /// What is seen of a target has changed: it will be in the next report.
  void note_change(health::TargetId target);
  /// Targets have come or gone: the next report is whole.
  void note_targets() { is_whole_ = true; }
  [[nodiscard]] bool has_changes() const noexcept { return is_whole_ || !changed_.empty(); }

  /// The next report: whole the first time, then what has changed, which may be nothing.
  [[nodiscard]] Report next(const base::Now& now);
  /// The last report once more, as a whole: for who has missed some. Nothing before the first.
  [[nodiscard]] std::optional<Report> whole(const base::Now& now) const;

 private:
  [[nodiscard]] Votes all_votes() const;
  [[nodiscard]] Votes changed_votes() const;

  const health::Consensus& consensus_;
  std::string vantage_;
  Content content_;
  std::int64_t run_;
  std::uint64_t sequence_ = 0;
  std::unordered_set<health::TargetId> changed_;
  bool is_whole_ = true;
};

}  // namespace loadstar::cluster
