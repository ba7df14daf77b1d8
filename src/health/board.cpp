#include "loadstar/health/board.hpp"

#include <algorithm>
#include <chrono>
#include <limits>
#include <utility>

namespace loadstar::health {
namespace {

select::RiseFallLimits limits_of(const model::Monitor& monitor) {
  return {.fall = monitor.fall, .rise = monitor.rise};
}

/// Results until the verdict can change, and a hold is over.
std::uint16_t probes_to_change(const Status& status, const model::Monitor& monitor,
                               base::TimePoint now) {
  const std::uint16_t needed = select::probes_to_change(status.rise_fall, limits_of(monitor));
  if (now >= status.flap.held_until) return needed;
  const auto held = std::chrono::ceil<base::Duration>(status.flap.held_until - now);
  const auto probes = (held + monitor.interval - base::Duration(1)) / monitor.interval;
  constexpr base::Duration::rep kMost = std::numeric_limits<std::uint16_t>::max();
  return std::max(needed, static_cast<std::uint16_t>(std::min(probes, kMost)));
}

/// Finds what was known of the same probe at other times. Built once per set_targets().
class Forerunners {
 public:
  using Entries = std::unordered_map<TargetId, BoardEntry>;

  explicit Forerunners(const Entries& entries) {
    for (const auto& [id, entry] : entries) by_question_.emplace(entry.target, &entry);
  }

  [[nodiscard]] Status status_for(const Target& target) const {
    const auto found = by_question_.find(target);
    if (found == by_question_.end()) return {};
    Status status = found->second->status;
    status.probes_to_change =
        select::probes_to_change(status.rise_fall, limits_of(*target.monitor));
    return status;
  }

 private:
  struct SameQuestion {
    bool operator()(const Target& left, const Target& right) const noexcept {
      return asks_the_same(left, right);
    }
  };
  std::unordered_map<Target, const BoardEntry*, TargetHash, SameQuestion> by_question_;
};

}  // namespace

base::Duration BoardEntry::settled() const noexcept {
  return target.monitor->interval * status.probes_to_change;
}

bool counts_as_up(Verdict verdict, model::InitialState initial) noexcept {
  switch (verdict) {
    case Verdict::Up: return true;
    case Verdict::Down: return false;
    case Verdict::Unknown: break;
  }
  return initial != model::InitialState::Down;
}

Board::Board(Listener listener, TargetsListener targets_listener)
    : listener_(std::move(listener)), targets_listener_(std::move(targets_listener)) {}

std::vector<TargetId> Board::set_targets(std::span<const Target> targets) {
  const Forerunners forerunners(entries_);
  Entries entries;
  std::unordered_map<Target, TargetId, TargetHash> ids;
  std::vector<TargetId> result;
  for (const Target& target : targets) {
    const auto [place, is_first] = ids.try_emplace(target);
    if (is_first) {
      const auto known = find(target);
      place->second = known ? *known : next_id();
      Status status = known ? entries_.at(*known).status
                            : recalled(target).value_or(forerunners.status_for(target));
      entries.emplace(place->second, BoardEntry{place->second, target, std::move(status)});
    }
    result.push_back(place->second);
  }
  entries_ = std::move(entries);
  ids_ = std::move(ids);
  recalled_.clear();
  if (targets_listener_) targets_listener_();
  return result;
}

void Board::recall(std::vector<Remembered> earlier) {
  for (Remembered& one : earlier) {
    std::string question = one.question;
    recalled_.insert_or_assign(std::move(question), std::move(one));
  }
}

std::optional<Status> Board::recalled(const Target& target) const {
  if (recalled_.empty()) return std::nullopt;
  const auto found = recalled_.find(question_of(target));
  if (found == recalled_.end()) return std::nullopt;
  const Remembered& earlier = found->second;
  Status status;
  status.rise_fall.verdict = earlier.verdict;
  status.flap = earlier.flap;
  status.since = earlier.since;
  status.last_text = "not probed since the start";
  status.last_probed = earlier.last_probed;
  status.probes_to_change = probes_to_change(status, *target.monitor, earlier.last_probed);
  return status;
}

std::vector<Remembered> Board::remembered() const {
  std::vector<Remembered> all;
  for (const auto& [id, entry] : entries_) {
    const Status& status = entry.status;
    if (status.verdict() == Verdict::Unknown) continue;
    all.push_back({.question = question_of(entry.target),
                   .verdict = status.verdict(),
                   .since = status.since,
                   .last_probed = status.last_probed,
                   .flap = status.flap});
  }
  std::ranges::sort(all, {}, &Remembered::question);
  return all;
}

void Board::record(TargetId id, const Result& result, base::TimePoint now) {
  const auto found = entries_.find(id);
  if (found == entries_.end()) return;
  Status& status = found->second.status;
  ++status.probes;
  const bool fails_otherwise =
      result.outcome != Outcome::Success && status.last_text != result.text;
  status.last_outcome = result.outcome;
  status.last_text = result.text;
  status.last_latency = result.latency;
  status.last_probed = now;
  auto change = apply(found->second, result, now);
  // Whoever tells why it fails hears of another reason, too.
  if (!change && fails_otherwise) change = Change::Settled;
  if (change && listener_) listener_(id, *change);
}

std::optional<Change> Board::apply(BoardEntry& entry, const Result& result, base::TimePoint now) {
  const auto input = verdict_input(result.outcome);
  if (!input) return std::nullopt;
  Status& status = entry.status;
  const model::Monitor& monitor = *entry.target.monitor;
  const Verdict verdict = status.verdict();
  const std::uint16_t needed = status.probes_to_change;
  const base::TimePoint held_until = status.flap.held_until;

  if (*input == select::ProbeResult::Failure) ++status.failures;
  const auto weight = *input == select::ProbeResult::Success ? result.weight : status.weight;
  const bool has_new_weight = std::exchange(status.weight, weight) != weight;
  auto next = select::step({status.rise_fall, std::move(status.flap)}, *input, limits_of(monitor),
                           monitor.flap, now);
  status.rise_fall = next.rise_fall;
  status.flap = std::move(next.flap);
  status.probes_to_change = probes_to_change(status, monitor, now);
  if (now < status.flap.held_until && status.flap.held_until != held_until) return Change::Held;
  if (status.verdict() != verdict) {
    if (verdict != Verdict::Unknown) ++status.transitions;
    status.since = now;
    return Change::Verdict;
  }
  if (has_new_weight) return Change::Weight;
  if (status.probes_to_change != needed) return Change::Settled;
  return std::nullopt;
}

std::optional<TargetId> Board::find(const Target& target) const {
  const auto found = ids_.find(target);
  if (found == ids_.end()) return std::nullopt;
  return found->second;
}

const BoardEntry* Board::entry(TargetId id) const {
  const auto found = entries_.find(id);
  return found == entries_.end() ? nullptr : &found->second;
}

std::vector<BoardEntry> Board::snapshot() const {
  std::vector<BoardEntry> rows;
  rows.reserve(entries_.size());
  for (const auto& [id, entry] : entries_) rows.push_back(entry);
  std::ranges::sort(rows, {}, &BoardEntry::id);
  return rows;
}

TargetId Board::next_id() noexcept { return TargetId{++last_id_}; }

}  // namespace loadstar::health
