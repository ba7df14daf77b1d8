#include "loadstar/cluster/intake.hpp"

namespace loadstar::cluster {

std::string_view to_string(Taken taken) noexcept {
  switch (taken) {
    case Taken::Taken: return "taken";
    case Taken::WholeWanted: return "whole_wanted";
    case Taken::Repeated: return "repeated";
    case Taken::Stale: return "stale";
    case Taken::Malformed: return "malformed";
    case Taken::Unauthorized: return "unauthorized";
  }
  return "";
}

Taken Intake::take(const Report& report, const base::Now& now) {
  const Taken taken = judge(report, now);
  if (taken != Taken::Taken) return taken;
  last_[report.vantage] = {report.run, report.sequence, report.at};
  const auto extent = report.whole ? health::Extent::Whole : health::Extent::Changes;
  consensus_.vote(report.vantage, report.votes, extent, now.steady);
  return taken;
}

Taken Intake::judge(const Report& report, const base::Now& now) const {
  if (report.vantage == self_) return Taken::Unauthorized;
  if (report.at < now.system - kMaxReportAge || report.at > now.system + kMaxReportAge)
    return Taken::Stale;
  const auto known = last_.find(report.vantage);
  const Last last = known == last_.end() ? Last{} : known->second;
  if (report.run < last.run) return Taken::Repeated;
  if (report.run == last.run && report.sequence <= last.sequence) return Taken::Repeated;
  const bool is_next = report.run == last.run && report.sequence == last.sequence + 1;
  return report.whole || is_next ? Taken::Taken : Taken::WholeWanted;
}

std::optional<Report> Intake::whole(const std::string& vantage) const {
  const auto known = last_.find(vantage);
  if (known == last_.end()) return std::nullopt;
  const Last& last = known->second;
  return Report{.vantage = vantage,
                .run = last.run,
                .sequence = last.sequence,
                .at = last.at,
                .whole = true,
                .votes = consensus_.votes_of(vantage)};
}

}  // namespace loadstar::cluster
