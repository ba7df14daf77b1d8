#pragma once
// The board: who is up. Probe results go in, everything that depends on health reads from here.
//
//   model::Pool ─ targets_of ─► Target ─┐
//                                       ├─► ProbeRunner ── when: Schedule, how: Prober (tcp, http,
//                                       …)
//   files reloaded ─────────────────────┘        │ Result
//                                                ▼
//   status, metrics ◄── snapshot ── Board: rise and fall make the verdict
//                                     │ Listener: the targets that changed
//                                     ▼
//                    Consensus with other vantages (consensus.hpp)
//
// It knows no pool, zone or answer. Control thread only.

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "loadstar/base/duration.hpp"
#include "loadstar/health/result.hpp"
#include "loadstar/health/target.hpp"
#include "loadstar/model/monitor.hpp"
#include "loadstar/select/flap.hpp"
#include "loadstar/select/rise_fall.hpp"

namespace loadstar::health {

using select::Verdict;

/// What is known of a target.
struct Status {
  select::RiseFallState rise_fall;  ///< the verdict, and the results in a row against it
  select::FlapState flap;           ///< until when it is held down, and why
  base::TimePoint since{};          ///< when the verdict became what it is
  Outcome last_outcome = Outcome::NotProbed;
  std::string last_text;  ///< "" before the first probe
  std::chrono::microseconds last_latency{};
  base::TimePoint last_probed{};
  std::optional<model::ReportedWeight> weight{};  ///< that its latest success brought
  std::uint16_t probes_to_change = 1;  ///< results needed for the earliest change of the verdict
  std::uint64_t probes = 0;
  std::uint64_t failures = 0;
  std::uint64_t transitions = 0;  ///< from up to down and back; the first verdict is none

  [[nodiscard]] Verdict verdict() const noexcept { return rise_fall.verdict; }
};

/// A row of the board.
struct BoardEntry {
  TargetId id{};
  Target target;
  Status status;

  /// The earliest time in which the verdict can change: probes still needed x interval.
  [[nodiscard]] base::Duration settled() const noexcept;
};

/// What outlives the process of a target with a verdict.
struct Remembered {
  std::string question;  ///< question_of() the target
  Verdict verdict = Verdict::Up;
  base::TimePoint since{};
  base::TimePoint last_probed{};
  select::FlapState flap;
};

/// Whether a target counts as up. Without any verdict, `initial` says; Probe then counts as up, for
/// nothing speaks against it.
[[nodiscard]] bool counts_as_up(Verdict verdict, model::InitialState initial) noexcept;

/// What a result did to its target. Held: it would be up, but changes too often. Weight: the
/// verdict stands, but it says another weight of itself. Settled: both stand, but the earliest time
/// of the verdict's change moved, or it fails for another reason.
enum class Change : std::uint8_t { Verdict, Held, Weight, Settled };

class Board {
 public:
  using Listener = std::function<void(TargetId, Change)>;
  using TargetsListener = std::function<void()>;

  /// `listener` is called within record(), `targets_listener` within set_targets(), after the board
  /// has changed. They must not change the board.
  explicit Board(Listener listener = {}, TargetsListener targets_listener = {});

  /// Says which targets there are from now on. Those that were there keep their id and all that is
  /// known of them; one that differs from an earlier one in timing, fall, rise, recheck or flap
  /// only gets a new id and takes over what was known. Returns ids parallel to `targets`; equal
  /// targets have the same.
  std::vector<TargetId> set_targets(std::span<const Target> targets);

  /// Targets of the next set_targets() that are asked what these were have their verdicts, until
  /// their own results say otherwise.
  void recall(std::vector<Remembered> earlier);
  [[nodiscard]] std::vector<Remembered> remembered() const;

  /// Enters a result. One of a target that is gone by now is ignored.
  void record(TargetId id, const Result& result, base::TimePoint now);

  [[nodiscard]] std::optional<TargetId> find(const Target& target) const;
  /// Null when the target is gone; valid until the next set_targets().
  [[nodiscard]] const BoardEntry* entry(TargetId id) const;
  /// A copy of all rows, in the order of their ids.
  [[nodiscard]] std::vector<BoardEntry> snapshot() const;

 private:
  using Entries = std::unordered_map<TargetId, BoardEntry>;

  [[nodiscard]] TargetId next_id() noexcept;
  [[nodiscard]] std::optional<Status> recalled(const Target& target) const;
  static std::optional<Change> apply(BoardEntry& entry, const Result& result, base::TimePoint now);

  Listener listener_;
  TargetsListener targets_listener_;
  Entries entries_;
  std::unordered_map<Target, TargetId, TargetHash> ids_;
  std::unordered_map<std::string, Remembered> recalled_;  // by question
  std::uint32_t last_id_ = 0;
};

}  // namespace loadstar::health
