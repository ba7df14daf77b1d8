#pragma once
// When to probe what. Pure: time comes in, no timer is set here.
//
//   new target ──► due at once ──► in flight ──► its own turn in the interval, every interval
//
//   turns of targets:   |1   4   7  2   5   8  3   6   |1   4   7  2   5   8  3   6   |      (one
//   interval between bars)
//
// Each target has a turn: a fixed place within the interval. Turns follow the golden ratio, so that
// any number of targets, and those left after a reload, spread evenly. Each start is moved by up to
// 5% of the interval, so that nothing marches in step with what it probes.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <unordered_map>
#include <utility>

#include "loadstar/base/duration.hpp"
#include "loadstar/base/random.hpp"
#include "loadstar/health/target.hpp"

namespace loadstar::health {

/// Probes under way at the same time at most: each holds a socket.
inline constexpr std::size_t kMaxInFlight = 512;
/// A start is moved by up to this share of the interval, either way.
inline constexpr int kJitterPercent = 5;
/// A probe that is late by more than this share of its interval, for no want of room in flight,
/// shows that the process stood still.
inline constexpr int kStallPercent = 25;

struct ScheduleOptions {
  std::uint64_t seed = 0;
  std::size_t max_in_flight = kMaxInFlight;
};

class Schedule {
 public:
  struct Plan {
    TargetId id{};
    base::Duration interval{};  ///< more than 0
  };

  explicit Schedule(ScheduleOptions options);

  /// Says which targets there are from now on; an id may be repeated. New ones are due at once,
  /// those that were there keep their turn, the others are never due again (a probe under way still
  /// counts as in flight until it has finished).
  void set_targets(std::span<const Plan> plans, base::TimePoint now);

  /// When take_due() will give a target; nothing while there is none, or no room in flight.
  [[nodiscard]] std::optional<base::TimePoint> next_due() const;

  /// The next target to probe by now; it is in flight from here on. After a stall, overdue targets
  /// are not given all at once but each at its next turn; no target is put off twice in a row.
  [[nodiscard]] std::optional<TargetId> take_due(base::TimePoint now);

  /// The probe of a target has ended. Call it for each one taken, also when the target is gone by
  /// now.
  void finished(TargetId id, base::TimePoint now);

  [[nodiscard]] std::size_t in_flight() const noexcept { return in_flight_; }

 private:
  struct Item {
    base::Clock::duration interval{};
    base::Clock::duration offset{};  ///< of its turns from the clock's epoch
    base::TimePoint turn{};          ///< the turn that the next start belongs to, without jitter
    base::TimePoint due{};
    bool must_run = true;  ///< never probed yet, or put off once already
  };
  using Items = std::unordered_map<TargetId, Item>;

  void add(const Plan& plan, base::TimePoint now);
  void enqueue(TargetId id, Item& item, base::TimePoint due);
  void put_off(TargetId id, Item& item, base::TimePoint now);
  [[nodiscard]] base::TimePoint moved(const Item& item);

  base::Random random_;
  std::size_t max_in_flight_;
  std::size_t in_flight_ = 0;
  base::TimePoint room_since_ = base::TimePoint::min();  ///< when in_flight_ left its maximum
  std::uint32_t phase_;  ///< of the latest target, as a share of 2^32 of the interval
  Items items_;
  std::set<std::pair<base::TimePoint, TargetId>> queue_;
};

}  // namespace loadstar::health
