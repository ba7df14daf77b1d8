#include "loadstar/cluster/reporter.hpp"

#include <utility>

namespace loadstar::cluster {
Reporter::Reporter(const health::Consensus& consensus, std::string vantage, const base::Now& now,
                   Content content)
    : consensus_(consensus),
      vantage_(std::move(vantage)),
      content_(content),
      run_(base::Now::milliseconds(now.system)) {}

void Reporter::note_change(health::TargetId target) { changed_.insert(target); }

Report Reporter::next(const base::Now& now) {
  ++sequence_;
  Report report{.vantage = vantage_,
                .run = run_,
                .sequence = sequence_,
                .at = now.system,
                .whole = std::exchange(is_whole_, false),
                .votes = {}};
  report.votes = report.whole ? all_votes() : changed_votes();
  changed_.clear();
  return report;
}

std::optional<Report> Reporter::whole(const base::Now& now) const {
  if (sequence_ == 0) return std::nullopt;
  return Report{.vantage = vantage_,
                .run = run_,
                .sequence = sequence_,
                .at = now.system,
                .whole = true,
                .votes = all_votes()};
}

Votes Reporter::all_votes() const {
  return content_ == Content::Presence ? Votes{} : consensus_.votes_of(vantage_);
}

Votes Reporter::changed_votes() const {
  Votes votes;
  if (content_ == Content::Presence) return votes;
  for (const health::TargetId target : changed_) {
    if (auto vote = consensus_.own_vote(target)) votes.push_back(*std::move(vote));
  }
  return votes;
}

}  // namespace loadstar::cluster
