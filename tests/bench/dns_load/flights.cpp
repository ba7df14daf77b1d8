#include "flights.hpp"

#include <algorithm>

namespace loadstar::bench {

Flights::Flights(const Plan& plan) : plan_(plan), flights_(plan.window), next_(plan.first) {
  for (unsigned place = plan.window; place-- > 0;)
    free_.push_back(static_cast<std::uint16_t>(place));
}

Flights::Departure Flights::depart(std::int64_t time) {
  const std::uint16_t id = free_.back();
  free_.pop_back();
  const std::size_t question = next_++ % plan_.questions.size();
  flights_[place(id)] = {static_cast<std::uint32_t>(question), id, true, time};
  ++outcome_.sent;
  return {id, plan_.questions[question]};
}

void Flights::land(Flight& flight) {
  flight.open = false;
  free_.push_back(static_cast<std::uint16_t>(flight.id + kMostFlights));
}

void Flights::arrive(std::span<const std::uint8_t> answer, std::int64_t time) {
  if (answer.size() < 12) return;
  const auto id = static_cast<std::uint16_t>(answer[0] << 8 | answer[1]);
  if (place(id) >= flights_.size()) return;
  Flight& flight = flights_[place(id)];
  if (!flight.open || flight.id != id) return;
  land(flight);
  if (ended_) return;
  ++outcome_.answered;
  outcome_.latencies.add(time - flight.since);
  check(plan_.questions[flight.question], answer);
}

/// The first answers are all looked at, so that a short run misses nothing.
void Flights::check(const Question& question, std::span<const std::uint8_t> answer) {
  if (plan_.answers == Answers::Echoed) return;
  if (++seen_ > plan_.questions.size() && seen_ % kCheckEvery != 0) return;
  std::string fault = fault_of(question, answer);
  if (fault.empty()) return;
  if (outcome_.wrong++ == 0) outcome_.first_fault = std::move(fault);
}

void Flights::lose(std::uint16_t id) {
  Flight& flight = flights_[place(id)];
  if (!flight.open || flight.id != id) return;
  ++outcome_.lost;
  land(flight);
}

void Flights::expire(std::int64_t time) {
  if (time - expired_ < kLostAfter / 8) return;
  expired_ = time;
  for (const Flight& flight : flights_)
    if (flight.open && time - flight.since > kLostAfter) lose(flight.id);
}

/// What was wrong stays so.
void Flights::begin(std::int64_t time) {
  Outcome fresh;
  fresh.wrong = outcome_.wrong;
  fresh.first_fault = std::move(outcome_.first_fault);
  outcome_ = std::move(fresh);
  began_ = time;
  before_ = time_of(plan_.processes);
}

void Flights::end(std::int64_t time) {
  const ServerTime after = time_of(plan_.processes);
  outcome_.server = {after.total_ns - before_.total_ns, after.user_ns - before_.user_ns};
  outcome_.seconds = static_cast<double>(time - began_) / static_cast<double>(kSecond);
  ended_ = true;
}

Outcome Flights::close() {
  for (const Flight& flight : flights_)
    if (flight.open) lose(flight.id);
  return std::move(outcome_);
}

}  // namespace loadstar::bench
