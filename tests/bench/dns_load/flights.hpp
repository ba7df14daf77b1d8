#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "load.hpp"

namespace loadstar::bench {

/// Queries on their way, known by their DNS ID, and the books on them. The ID is the place in the
/// window and, above it, how often the place has been used, so that a late answer fits nothing.
class Flights {
 public:
  static constexpr unsigned kPlaceBits = 12;
  static constexpr unsigned kMostFlights = 1U << kPlaceBits;

  explicit Flights(const Plan& plan);

  [[nodiscard]] std::size_t free() const noexcept { return free_.size(); }
  [[nodiscard]] bool none() const noexcept { return free_.size() == flights_.size(); }

  struct Departure {
    std::uint16_t id;
    const Question& question;
  };
  /// The next question leaves; there must be a free place.
  Departure depart(std::int64_t time);
  /// The place of an ID.
  [[nodiscard]] static unsigned place(std::uint16_t id) noexcept { return id % kMostFlights; }

  /// An answer has come. One that nobody waits for counts as nothing.
  void arrive(std::span<const std::uint8_t> answer, std::int64_t time);
  /// No answer will come.
  void lose(std::uint16_t id);
  /// Gives up those that have been on the way for too long.
  void expire(std::int64_t time);

  /// The warm-up is over.
  void begin(std::int64_t time);
  /// The time is up. What still arrives is not lost, but does not count as answered.
  void end(std::int64_t time);
  /// Those still on their way are lost.
  [[nodiscard]] Outcome close();

 private:
  struct Flight {
    std::uint32_t question = 0;
    std::uint16_t id = 0;
    bool open = false;
    std::int64_t since = 0;
  };
  static constexpr std::uint64_t kCheckEvery = 8;

  void check(const Question& question, std::span<const std::uint8_t> answer);
  void land(Flight& flight);

  const Plan& plan_;
  std::vector<Flight> flights_;
  std::vector<std::uint16_t> free_;  // IDs, their use counted on already
  std::size_t next_ = 0;             // question
  std::uint64_t seen_ = 0;
  Outcome outcome_;
  ServerTime before_;
  std::int64_t began_ = 0;
  std::int64_t expired_ = 0;
  bool ended_ = false;
};

/// Asks until the time is up and then waits for what is on its way: `step(sending)` moves what can
/// be moved without waiting for long.
template <typename Step>
Outcome run(const Plan& plan, Flights& flights, Step step) {
  const auto until = [](double seconds) {
    return now() + static_cast<std::int64_t>(seconds * static_cast<double>(kSecond));
  };
  for (const auto end = until(plan.warm_up); now() < end;) step(true);
  flights.begin(now());
  for (const auto end = until(plan.seconds); now() < end;) step(true);
  flights.end(now());
  for (const auto end = now() + kLostAfter; now() < end && !flights.none();) step(false);
  return flights.close();
}

}  // namespace loadstar::bench
