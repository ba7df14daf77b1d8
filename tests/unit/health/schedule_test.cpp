#include "loadstar/health/schedule.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <vector>

#include "catch.hpp"

namespace loadstar::health {
namespace {

using base::TimePoint;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr TimePoint kStart{hours(100)};

std::vector<Schedule::Plan> plans(std::uint32_t first, std::uint32_t count,
                                  base::Duration interval) {
  std::vector<Schedule::Plan> made;
  for (std::uint32_t i = 0; i < count; ++i) made.push_back({TargetId{first + i}, interval});
  return made;
}

/// Plays time: probes take `service` each; every start is noted.
struct Simulation {
  Schedule schedule;
  base::Duration service{50};
  TimePoint now = kStart;
  std::map<TargetId, std::vector<TimePoint>> starts;
  std::multimap<TimePoint, TargetId> ends;

  explicit Simulation(ScheduleOptions options = {.seed = 1}) : schedule(options) {}

  void set(const std::vector<Schedule::Plan>& list) { schedule.set_targets(list, now); }

  void take_all() {
    while (const auto id = schedule.take_due(now)) {
      starts[*id].push_back(now);
      ends.emplace(now + service, *id);
    }
  }
  void end_all() {
    while (!ends.empty() && ends.begin()->first <= now) {
      schedule.finished(ends.begin()->second, now);
      ends.erase(ends.begin());
    }
  }
  void run_until(TimePoint end) {
    for (take_all(); now < end; take_all()) {
      TimePoint next = end;
      if (const auto due = schedule.next_due()) next = std::min(next, *due);
      if (!ends.empty()) next = std::min(next, ends.begin()->first);
      now = std::max(now, next);
      end_all();
    }
  }
  /// The process stands still, then goes on.
  void stall(base::Duration length) {
    now += length;
    end_all();
    take_all();
  }

  /// Starts in ten equal slices of the time from `from` on.
  std::array<int, 10> slices(TimePoint from, base::Duration length) const {
    std::array<int, 10> counts{};
    for (const auto& [id, times] : starts) {
      for (const TimePoint time : times) {
        if (time < from || time >= from + length) continue;
        ++counts[static_cast<std::size_t>(10 * (time - from) / length)];
      }
    }
    return counts;
  }
};

void check_gaps(const std::vector<TimePoint>& times, base::Duration least, base::Duration most) {
  for (std::size_t i = 1; i < times.size(); ++i) {
    CHECK(times[i] - times[i - 1] >= least);
    CHECK(times[i] - times[i - 1] <= most);
  }
}

TEST_CASE("new targets are probed at once, as far as there is room in flight", "[health]") {
  Simulation simulation({.seed = 1, .max_in_flight = 100});
  simulation.set(plans(1, 250, seconds(5)));
  simulation.take_all();
  CHECK(simulation.schedule.in_flight() == 100);
  CHECK_FALSE(simulation.schedule.next_due().has_value());
  simulation.run_until(kStart + milliseconds(100));
  CHECK(simulation.starts.size() == 250);
}

TEST_CASE("nothing is due where there are no targets", "[health]") {
  Schedule schedule({.seed = 1});
  CHECK_FALSE(schedule.next_due().has_value());
  CHECK_FALSE(schedule.take_due(kStart).has_value());
}

TEST_CASE("starts spread evenly over the interval", "[health]") {
  // 1,000 targets in ten slices of an interval: 100 each, within 15% for the jitter and the golden
  // ratio's unevenness.
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    Simulation simulation({.seed = seed});
    simulation.set(plans(1, 1000, seconds(5)));
    simulation.run_until(kStart + seconds(30));
    for (const int count : simulation.slices(kStart + seconds(20), seconds(5))) {
      CHECK(count >= 85);
      CHECK(count <= 115);
    }
  }
}

TEST_CASE("targets of several intervals that come and go stay evenly spread", "[health]") {
  Simulation simulation;
  auto mixed = plans(1, 1000, seconds(5));
  for (auto& plan : mixed) {
    if (std::to_underlying(plan.id) % 2 == 0) plan.interval = seconds(1);
  }
  simulation.set(mixed);
  simulation.run_until(kStart + seconds(7));
  mixed.erase(mixed.begin() + 100, mixed.begin() + 500);  // leaves 300 of each interval
  simulation.set(mixed);
  simulation.run_until(kStart + seconds(30));
  for (const int count : simulation.slices(kStart + seconds(20), seconds(5))) {
    CHECK(count >= 180 * 0.85);
    CHECK(count <= 180 * 1.15);
  }
}

TEST_CASE("for hours every target is probed once an interval", "[health]") {
  Simulation simulation;
  std::uint32_t first = 1;
  const std::vector<base::Duration> intervals{seconds(1), seconds(5), seconds(30)};
  std::vector<Schedule::Plan> all;
  for (const auto interval : intervals) {
    const auto some = plans(first, 30, interval);
    all.insert(all.end(), some.begin(), some.end());
    first += 30;
  }
  simulation.set(all);
  simulation.run_until(kStart + hours(3));
  REQUIRE(simulation.starts.size() == all.size());
  for (const auto& [id, interval] : all) {
    auto& times = simulation.starts[id];
    CHECK(times.front() == kStart);
    CHECK(times[1] - times[0] <= interval * 105 / 100);
    CHECK(simulation.now - times.back() <= interval * 110 / 100);
    times.erase(times.begin());
    check_gaps(times, interval * 90 / 100, interval * 110 / 100);
  }
}

TEST_CASE("a reload moves no turn and probes new targets at once", "[health]") {
  Simulation simulation;
  simulation.set(plans(1, 100, seconds(5)));
  for (int reload = 0; reload < 20; ++reload) {
    simulation.run_until(simulation.now + milliseconds(1700));
    auto next = plans(1, 100, seconds(5));
    const auto extra = plans(static_cast<std::uint32_t>(1000 + 10 * reload), 10, seconds(5));
    next.insert(next.end(), extra.begin(), extra.end());
    simulation.set(next);
    const TimePoint reloaded = simulation.now;
    simulation.run_until(reloaded + milliseconds(1));
    for (const auto& plan : extra) CHECK(simulation.starts[plan.id].front() == reloaded);
  }
  for (std::uint32_t id = 1; id <= 100; ++id) {
    auto& times = simulation.starts[TargetId{id}];
    times.erase(times.begin());
    check_gaps(times, milliseconds(4500), milliseconds(5500));
  }
}

TEST_CASE("a target that is gone is not probed, and its probe under way still takes room",
          "[health]") {
  Schedule schedule({.seed = 1, .max_in_flight = 1});
  schedule.set_targets(plans(1, 1, seconds(5)), kStart);
  REQUIRE(schedule.take_due(kStart) == TargetId{1});
  schedule.set_targets(plans(2, 1, seconds(5)), kStart);
  CHECK_FALSE(schedule.take_due(kStart).has_value());
  schedule.finished(TargetId{1}, kStart);
  CHECK(schedule.take_due(kStart) == TargetId{2});
  CHECK_FALSE(schedule.take_due(kStart + seconds(60)).has_value());
}

TEST_CASE("repeated ids are one target", "[health]") {
  Schedule schedule({.seed = 1});
  auto twice = plans(1, 1, seconds(5));
  twice.push_back(twice.front());
  schedule.set_targets(twice, kStart);
  CHECK(schedule.take_due(kStart).has_value());
  CHECK_FALSE(schedule.take_due(kStart).has_value());
}

TEST_CASE("after standing still, overdue probes are spread over the next interval", "[health]") {
  for (const auto length : {base::Duration(seconds(4)), base::Duration(hours(1))}) {
    Simulation simulation;
    simulation.set(plans(1, 1000, seconds(5)));
    simulation.run_until(kStart + seconds(17));
    simulation.starts.clear();
    simulation.stall(length);
    const TimePoint woken = simulation.now;
    // Of 1,000 overdue (800 after 4 s) at most a quarter interval's worth and its jitter goes out
    // at once.
    CHECK(simulation.starts.size() <= 330);
    simulation.run_until(woken + seconds(5) + milliseconds(250));
    CHECK(simulation.starts.size() == 1000);
    simulation.run_until(woken + seconds(15));
    for (const int count : simulation.slices(woken + seconds(6), seconds(5))) {
      CHECK(count >= 85);
      CHECK(count <= 115);
    }
  }
}

TEST_CASE("an hour of standing still starts no storm", "[health]") {
  Simulation simulation;
  simulation.set(plans(1, 1000, seconds(5)));
  simulation.run_until(kStart + seconds(17));
  simulation.starts.clear();
  simulation.stall(hours(1));
  CHECK(simulation.starts.size() <= 20);
}

TEST_CASE("standing still again and again leaves no target unprobed", "[health]") {
  // Stalls as long as the interval meet each target at the same place of its turn every time.
  for (const auto length : {seconds(3), seconds(5)}) {
    Simulation simulation;
    simulation.set(plans(1, 200, seconds(5)));
    simulation.take_all();
    for (int i = 0; i < 200; ++i) simulation.stall(length);
    REQUIRE(simulation.starts.size() == 200);
    // Never put off twice in a row: at least every third time.
    for (const auto& [id, times] : simulation.starts) CHECK(times.size() >= 65);
  }
}

TEST_CASE("with too little room in flight all targets get their share", "[health]") {
  Simulation simulation({.seed = 1, .max_in_flight = 2});
  simulation.service = seconds(1);
  simulation.set(plans(1, 100, seconds(5)));
  simulation.run_until(kStart + seconds(600));  // room for 1,200 probes: 12 each
  REQUIRE(simulation.starts.size() == 100);
  for (const auto& [id, times] : simulation.starts) {
    CHECK(times.size() >= 11);
    CHECK(times.size() <= 13);
  }
}

TEST_CASE("waiting for room in flight is not taken for standing still", "[health]") {
  Simulation simulation({.seed = 1, .max_in_flight = 5});
  simulation.set(plans(1, 20, seconds(5)));
  simulation.run_until(kStart + seconds(20));
  simulation.service = seconds(2);  // room for 12 probes in an interval: some must wait
  simulation.run_until(kStart + seconds(30));
  simulation.service = milliseconds(50);
  simulation.run_until(kStart + seconds(60));
  for (auto& [id, times] : simulation.starts) {
    times.erase(times.begin());
    check_gaps(times, milliseconds(0), milliseconds(9000));  // an interval and the wait, not two
  }
}

TEST_CASE("the same seed gives the same schedule", "[health]") {
  const auto play = [](std::uint64_t seed) {
    Simulation simulation({.seed = seed});
    simulation.set(plans(1, 50, seconds(5)));
    simulation.run_until(kStart + seconds(60));
    return simulation.starts;
  };
  CHECK(play(7) == play(7));
  CHECK(play(7) != play(8));
}

}  // namespace
}  // namespace loadstar::health
