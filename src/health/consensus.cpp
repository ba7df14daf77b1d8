#include "loadstar/health/consensus.hpp"

#include <algorithm>
#include <limits>
#include <ranges>
#include <utility>

namespace loadstar::health {
namespace {

std::uint32_t seconds_of(base::Duration duration) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(duration).count();
  return static_cast<std::uint32_t>(
      std::clamp<std::int64_t>(seconds, 0, std::numeric_limits<std::int32_t>::max()));
}

void add(VantageInfo& info, Verdict verdict, std::ptrdiff_t one) {
  if (verdict == Verdict::Up) info.up += static_cast<std::size_t>(one);
  if (verdict == Verdict::Down) info.down += static_cast<std::size_t>(one);
}

Verdict verdict_of(const Vote* vote) { return vote == nullptr ? Verdict::Unknown : vote->verdict; }

}  // namespace

std::string_view to_string(VantageState state) noexcept {
  switch (state) {
    case VantageState::Counts: return "counts";
    case VantageState::Silent: return "silent";
    case VantageState::CutOff: return "cut_off";
    case VantageState::Spare: return "spare";
  }
  return "";
}

Consensus::Consensus(ConsensusOptions options)
    : options_(std::move(options)),
      own_([this](TargetId target, Change change) { own_changed(target, change); },
           [this] { note_targets(); }) {
  vantages_.push_back({.info = {.name = options_.self}, .votes = {}});
}

void Consensus::note_targets() {
  std::unordered_map<TargetId, Row> rows;
  ids_.clear();
  vantages_.front().votes.clear();
  for (const BoardEntry& entry : own_.snapshot()) {
    const auto known = rows_.find(entry.id);
    Row row = known != rows_.end() ? known->second : Row{};
    if (known == rows_.end()) row.agreed.transitions = entry.status.transitions;
    row.key = key_of(entry.target);
    row.quorum = entry.target.monitor->quorum;
    ids_[row.key] = entry.id;
    rows.emplace(entry.id, std::move(row));
  }
  rows_ = std::move(rows);
  for (const auto& [id, row] : rows_) take_own(id);
  for (Vantage& vantage : vantages_) count(vantage);
  judge_vantages(latest_);
  for (auto& [id, row] : rows_) row.agreed = agree(row, latest_);
}

void Consensus::own_changed(TargetId target, Change change) {
  if (options_.own_listener) options_.own_listener(target, change);
  Vantage& self = vantages_.front();
  Row& row = rows_.at(target);
  const base::TimePoint now = own_.entry(target)->status.last_probed;
  add(self.info, verdict_of(vote_of(self, row.key)), -1);
  take_own(target);
  add(self.info, verdict_of(vote_of(self, row.key)), +1);
  self.info.last_heard = now;
  if (judge_vantages(now)) return update_all(now);
  update(target, row, now);
  if (change == Change::Weight && options_.listener) options_.listener(target, Change::Weight);
}

void Consensus::vote(std::string_view name, const Votes& votes, Extent extent,
                     base::TimePoint now) {
  Vantage& vantage = vantage_of(name);
  vantage.info.last_heard = now;
  if (extent == Extent::Whole) vantage.votes.clear();
  for (const auto& [key, vote] : votes) {
    if (vote.verdict == Verdict::Unknown)
      vantage.votes.erase(key);
    else
      vantage.votes.insert_or_assign(key, vote);
  }
  count(vantage);
  if (judge_vantages(now) || extent == Extent::Whole) return update_all(now);
  for (const auto& [key, vote] : votes) {
    const auto id = ids_.find(key);
    if (id != ids_.end()) update(id->second, rows_.at(id->second), now);
  }
}

void Consensus::tick(base::TimePoint now) {
  if (judge_vantages(now)) update_all(now);
}

Agreed Consensus::of(TargetId target) const {
  const auto found = rows_.find(target);
  return found == rows_.end() ? Agreed{} : found->second.agreed;
}

std::vector<NamedVote> Consensus::votes_on(TargetId target) const {
  std::vector<NamedVote> votes;
  const auto found = rows_.find(target);
  if (found == rows_.end()) return votes;
  for (const Vantage& vantage : vantages_) {
    const Vote* const vote = vote_of(vantage, found->second.key);
    if (vote != nullptr) votes.push_back({vantage.info.name, vantage.info.state, *vote});
  }
  return votes;
}

Votes Consensus::votes_of(std::string_view name) const {
  Votes votes;
  for (const Vantage& vantage : vantages_) {
    if (vantage.info.name != name) continue;
    for (const auto& [key, vote] : vantage.votes) {
      if (vote.verdict != Verdict::Unknown) votes.emplace_back(key, vote);
    }
  }
  return votes;
}

std::optional<std::pair<TargetKey, Vote>> Consensus::own_vote(TargetId target) const {
  const auto found = rows_.find(target);
  if (found == rows_.end()) return std::nullopt;
  const TargetKey key = found->second.key;
  const Vote* const vote = vote_of(vantages_.front(), key);
  return std::pair(key, vote == nullptr ? Vote{} : *vote);
}

std::vector<VantageInfo> Consensus::vantages() const {
  std::vector<VantageInfo> all;
  for (const Vantage& vantage : vantages_) all.push_back(vantage.info);
  return all;
}

Consensus::Vantage& Consensus::vantage_of(std::string_view name) {
  const auto found = std::ranges::find(
      vantages_, name, [](const Vantage& vantage) { return std::string_view(vantage.info.name); });
  if (found != vantages_.end()) return *found;
  // Silent until it has been heard: what changes that is told to the listener.
  vantages_.push_back(
      {.info = {.name = std::string(name), .state = VantageState::Silent}, .votes = {}});
  return vantages_.back();
}

const Vote* Consensus::vote_of(const Vantage& vantage, TargetKey key) const {
  const auto found = vantage.votes.find(key);
  return found == vantage.votes.end() ? nullptr : &found->second;
}

void Consensus::take_own(TargetId target) {
  const BoardEntry& entry = *own_.entry(target);
  const Status& status = entry.status;
  vantages_.front().votes[rows_.at(target).key] = {.verdict = status.verdict(),
                                                   .since = status.since,
                                                   .settled_seconds = seconds_of(entry.settled()),
                                                   .text = status.last_text};
}

void Consensus::count(Vantage& vantage) const {
  vantage.info.up = 0;
  vantage.info.down = 0;
  for (const auto& [id, row] : rows_) add(vantage.info, verdict_of(vote_of(vantage, row.key)), +1);
}

bool Consensus::sees_everything_down(const Vantage& vantage) const {
  return vantage.info.up == 0 && vantage.info.down >= kLeastToJudge;
}

/// Whether most of the other vantages that can be heard see at least half of it up. A single one
/// that still sees targets may stand beside them: it speaks for itself, not for their clients.
bool Consensus::others_see_more(const Vantage& vantage) const {
  std::size_t others = 0;
  std::size_t seeing = 0;
  for (const Vantage& other : vantages_) {
    const bool is_heard =
        other.info.state == VantageState::Counts || other.info.state == VantageState::CutOff;
    if (&other == &vantage || !is_heard) continue;
    if (other.info.up + other.info.down == 0) continue;
    std::size_t up = 0;
    for (const auto& [id, row] : rows_) {
      if (verdict_of(vote_of(vantage, row.key)) != Verdict::Down) continue;
      if (verdict_of(vote_of(other, row.key)) == Verdict::Up) ++up;
    }
    ++others;
    if (up * 2 >= vantage.info.down) ++seeing;
  }
  return seeing * 2 > others;
}

bool Consensus::others_count() const {
  return std::ranges::any_of(vantages_ | std::views::drop(1), [](const Vantage& other) {
    return other.info.state == VantageState::Counts && other.info.up + other.info.down != 0;
  });
}

VantageState Consensus::state_of(const Vantage& vantage, base::TimePoint now) const {
  const bool is_self = &vantage == &vantages_.front();
  if (!is_self && now - vantage.info.last_heard > options_.fresh_for) return VantageState::Silent;
  if (is_self && options_.own_vote == OwnVote::Alone && others_count()) return VantageState::Spare;
  if (sees_everything_down(vantage) && others_see_more(vantage)) return VantageState::CutOff;
  return VantageState::Counts;
}

bool Consensus::judge_vantages(base::TimePoint now) {
  latest_ = std::max(latest_, now);
  bool has_changed = false;
  // Ourselves last: whether we count may depend on the others.
  for (Vantage& vantage : vantages_ | std::views::reverse) {
    const VantageState state = state_of(vantage, now);
    if (state == vantage.info.state) continue;
    vantage.info.state = state;
    has_changed = true;
    if (options_.vantage_listener) options_.vantage_listener(vantage.info);
  }
  return has_changed;
}

Agreed Consensus::agree(const Row& row, base::TimePoint now) const {
  Agreed agreed = row.agreed;
  agreed.up = 0;
  agreed.counted = 0;
  std::uint32_t settled = std::numeric_limits<std::uint32_t>::max();
  for (const Vantage& vantage : vantages_) {
    if (vantage.info.state != VantageState::Counts) continue;
    const Vote* const vote = vote_of(vantage, row.key);
    if (vote == nullptr) continue;
    settled = std::min(settled, vote->settled_seconds);
    if (vote->verdict == Verdict::Unknown) continue;
    ++agreed.counted;
    if (vote->verdict == Verdict::Up) ++agreed.up;
  }
  agreed.settled_seconds = settled;
  agreed.is_stale = agreed.counted == 0 && agreed.verdict != Verdict::Unknown;
  if (agreed.counted == 0) return agreed;
  // A number of vantages that are not all there does not take everything down.
  const auto needed =
      std::min<std::uint32_t>(select::needed_of(row.quorum, agreed.counted), agreed.counted);
  const Verdict verdict = agreed.up >= needed ? Verdict::Up : Verdict::Down;
  if (verdict == agreed.verdict) return agreed;
  const bool is_first = agreed.verdict == Verdict::Unknown;
  if (!is_first) ++agreed.transitions;
  agreed.since = is_first && agreed.counted == 1 ? since_of(row) : now;
  agreed.verdict = verdict;
  return agreed;
}

/// Since when the own vantage has seen what it sees: from before a restart, too.
base::TimePoint Consensus::since_of(const Row& row) const {
  const Vote* const own = vote_of(vantages_.front(), row.key);
  return own == nullptr ? base::TimePoint{} : own->since;
}

void Consensus::update(TargetId target, Row& row, base::TimePoint now) {
  const Agreed before = std::exchange(row.agreed, agree(row, now));
  if (!options_.listener) return;
  if (before.verdict != row.agreed.verdict)
    options_.listener(target, Change::Verdict);
  else if (before.settled_seconds != row.agreed.settled_seconds)
    options_.listener(target, Change::Settled);
}

void Consensus::update_all(base::TimePoint now) {
  for (auto& [id, row] : rows_) update(id, row, now);
}

}  // namespace loadstar::health
