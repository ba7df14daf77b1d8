#pragma once
// Consensus: what several vantages together say of each target.
//
//   own Board ─ own_changed ──────┐
//                                 ├─► Consensus: quorum, who counts ─ Listener ─► PoolViews, TTLs
//   reports of other vantages ────┘                                  └─► status, explain
//   (vote, heard)
//
// A vantage counts while it is fresh (heard of lately) and not cut off. It is cut off when it sees
// everything down while the others do not: then the trouble is its own. With nobody who counts,
// the last verdict stays and is marked stale.
//
// Pure: knows no socket, and time comes in. Control thread only.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "loadstar/base/duration.hpp"
#include "loadstar/health/board.hpp"
#include "loadstar/health/target.hpp"

namespace loadstar::health {

/// A vantage that has not been heard of for so long does not count.
inline constexpr base::Duration kFreshFor = std::chrono::seconds(10);
/// Targets below which nobody is cut off: one that is down may just be down.
inline constexpr std::size_t kLeastToJudge = 2;

/// What a vantage says of a target.
struct Vote {
  Verdict verdict = Verdict::Unknown;
  base::TimePoint since{};
  std::uint32_t settled_seconds = 0;  ///< the earliest time in which it can change
  std::string text;                   ///< the last result in words

  friend bool operator==(const Vote&, const Vote&) = default;
};

/// Spare: this node, which counts while nobody else does.
enum class VantageState : std::uint8_t { Counts, Silent, CutOff, Spare };

/// "counts", "silent", "cut_off", "spare"
[[nodiscard]] std::string_view to_string(VantageState state) noexcept;

/// What the vantages that count say together.
struct Agreed {
  Verdict verdict = Verdict::Unknown;
  base::TimePoint since{};
  std::uint32_t settled_seconds = 0;
  std::uint16_t up = 0;           ///< vantages that count and say up
  std::uint16_t counted = 0;      ///< vantages that count and have a verdict
  bool is_stale = false;          ///< nobody counts: what was agreed last
  std::uint64_t transitions = 0;  ///< from up to down and back; the first verdict is none
};

/// What a vantage says of several targets.
using Votes = std::vector<std::pair<TargetKey, Vote>>;
/// Whether votes are all of their vantage, or those that have changed.
enum class Extent : std::uint8_t { Whole, Changes };

/// What a vantage says of a target, and whether it counts.
struct NamedVote {
  std::string vantage;
  VantageState state = VantageState::Counts;
  Vote vote;
};

struct VantageInfo {
  std::string name;
  VantageState state = VantageState::Counts;
  base::TimePoint last_heard{};
  std::size_t up = 0;  ///< of the targets there are
  std::size_t down = 0;
};

/// When what is seen from here counts. Alone: while nobody else counts.
enum class OwnVote : std::uint8_t { Always, Alone };

struct ConsensusOptions {
  using Listener = std::function<void(TargetId, Change)>;
  using VantageListener = std::function<void(const VantageInfo&)>;

  std::string self = "self";  ///< the name of this node as a vantage
  OwnVote own_vote = OwnVote::Always;
  base::Duration fresh_for = kFreshFor;
  Listener listener{};                 ///< what is agreed of a target has changed
  Listener own_listener{};             ///< what is seen from here has, before that
  VantageListener vantage_listener{};  ///< the state of a vantage has
};

class Consensus {
 public:
  // Listeners must not change the consensus or its board.
  explicit Consensus(ConsensusOptions options = {});
  Consensus(const Consensus&) = delete;
  Consensus& operator=(const Consensus&) = delete;

  /// What is seen from here. It says which targets there are: what is agreed of those that stay is
  /// kept, and what other vantages have said of new ones is taken up.
  [[nodiscard]] Board& own() noexcept { return own_; }
  [[nodiscard]] const Board& own() const noexcept { return own_; }

  /// Takes up votes of a vantage, which may be none: it is heard by them. Its name must not be
  /// ours. An unknown verdict is a vote withdrawn.
  void vote(std::string_view vantage, const Votes& votes, Extent extent, base::TimePoint now);
  /// Notices who has fallen silent. Call it about once a second.
  void tick(base::TimePoint now);

  /// Of a target of the board; of others all is unknown.
  [[nodiscard]] Agreed of(TargetId target) const;
  [[nodiscard]] std::vector<NamedVote> votes_on(TargetId target) const;
  /// Of targets without a verdict there is no vote. Of a vantage that has never been heard: none.
  [[nodiscard]] Votes votes_of(std::string_view vantage) const;
  /// What this node sees itself; nothing when there is no such target.
  [[nodiscard]] std::optional<std::pair<TargetKey, Vote>> own_vote(TargetId target) const;
  /// Ourselves first.
  [[nodiscard]] std::vector<VantageInfo> vantages() const;

 private:
  struct Vantage {
    VantageInfo info;
    std::unordered_map<TargetKey, Vote> votes;
  };
  struct Row {
    TargetKey key{};
    select::CountOrShare quorum;
    Agreed agreed;
  };

  void note_targets();
  void own_changed(TargetId target, Change change);
  Vantage& vantage_of(std::string_view name);
  [[nodiscard]] const Vote* vote_of(const Vantage& vantage, TargetKey key) const;
  void take_own(TargetId target);
  void count(Vantage& vantage) const;
  [[nodiscard]] bool sees_everything_down(const Vantage& vantage) const;
  [[nodiscard]] bool others_count() const;
  [[nodiscard]] bool others_see_more(const Vantage& vantage) const;
  [[nodiscard]] VantageState state_of(const Vantage& vantage, base::TimePoint now) const;
  /// Returns whether it has changed for any vantage.
  bool judge_vantages(base::TimePoint now);
  [[nodiscard]] Agreed agree(const Row& row, base::TimePoint now) const;
  [[nodiscard]] base::TimePoint since_of(const Row& row) const;
  void update(TargetId target, Row& row, base::TimePoint now);
  void update_all(base::TimePoint now);

  ConsensusOptions options_;
  Board own_;
  base::TimePoint latest_{};       // the latest time that was given
  std::vector<Vantage> vantages_;  // ourselves first
  std::unordered_map<TargetId, Row> rows_;
  std::unordered_map<TargetKey, TargetId> ids_;
};

}  // namespace loadstar::health
