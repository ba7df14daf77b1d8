#include "loadstar/health/board.hpp"

#include "catch.hpp"
#include "fixture.hpp"

namespace loadstar::health {
namespace {

using std::chrono::seconds;

constexpr base::TimePoint kStart{std::chrono::hours(1)};

struct Event {
  TargetId id;
  Change change;
  friend bool operator==(const Event&, const Event&) = default;
};

struct Fixture {
  std::vector<Event> events;
  Board board{[this](TargetId id, Change change) { events.push_back({id, change}); }};
  base::TimePoint now = kStart;

  TargetId add(const model::Monitor& monitor) {
    return board.set_targets(std::vector{target_of(monitor)}).front();
  }
  void record(TargetId id, Outcome outcome) {
    board.record(id, result_of(outcome), now);
    now += seconds(1);
  }
  const Status& status(TargetId id) { return board.entry(id)->status; }
};

char letter(Verdict verdict) {
  switch (verdict) {
    case Verdict::Unknown: return '?';
    case Verdict::Up: return 'U';
    case Verdict::Down: return 'D';
  }
  return '!';
}

TEST_CASE("results in a row make the verdict, and tell how far the next one is", "[health]") {
  struct Row {
    std::uint16_t fall;
    std::uint16_t rise;
    const char* results;  // + success, - failure, 0 not probed
    const char* verdicts;
    const char* needed;
  };
  const std::vector<Row> rows{
      {3, 2, "+", "U", "3"},
      {3, 2, "-", "D", "2"},
      {3, 2, "+---", "UUUD", "3212"},
      {3, 2, "+--+---", "UUUUUUD", "3213212"},
      {3, 2, "-++", "DDU", "213"},
      {3, 2, "-+-++", "DDDDU", "21213"},
      {1, 1, "+-+-", "UDUD", "1111"},
      {2, 5, "-+++++--", "DDDDDUUD", "54321215"},
      {3, 2, "00+0-0-0-", "??UUUUUUD", "113322112"},
      {2, 2, "0-", "?D", "12"},
  };
  for (const Row& row : rows) {
    INFO(row.results);
    Fixture fixture;
    model::Monitor monitor = tcp_monitor();
    monitor.fall = row.fall;
    monitor.rise = row.rise;
    const TargetId id = fixture.add(monitor);
    std::string verdicts;
    std::string needed;
    for (const char* result = row.results; *result != '\0'; ++result) {
      fixture.record(id, *result == '+'   ? Outcome::Success
                         : *result == '-' ? Outcome::Refused
                                          : Outcome::NotProbed);
      verdicts += letter(fixture.status(id).verdict());
      needed += std::to_string(fixture.status(id).probes_to_change);
    }
    CHECK(verdicts == row.verdicts);
    CHECK(needed == row.needed);
  }
}

TEST_CASE("the listener hears of verdicts and of settled times, and of nothing else", "[health]") {
  Fixture fixture;
  const TargetId id = fixture.add(tcp_monitor());  // fall 3, rise 2
  const std::vector<std::pair<Outcome, std::optional<Change>>> steps{
      {Outcome::Success, Change::Verdict}, {Outcome::Success, std::nullopt},
      {Outcome::Timeout, Change::Settled}, {Outcome::NotProbed, std::nullopt},
      {Outcome::Success, Change::Settled}, {Outcome::Timeout, Change::Settled},
      {Outcome::Timeout, Change::Settled}, {Outcome::Timeout, Change::Verdict},
      {Outcome::Timeout, std::nullopt},
  };
  for (const auto& [outcome, expected] : steps) {
    fixture.events.clear();
    fixture.record(id, outcome);
    const auto heard = expected ? std::vector{Event{id, *expected}} : std::vector<Event>{};
    CHECK(fixture.events == heard);
  }
}

TEST_CASE("who listens hears that a target fails for another reason", "[health]") {
  Fixture fixture;
  const TargetId id = fixture.add(tcp_monitor());
  fixture.record(id, Outcome::Refused);
  fixture.events.clear();
  fixture.board.record(id, result_of(Outcome::Refused, "text"), kStart);
  CHECK(fixture.events.empty());
  fixture.board.record(id, result_of(Outcome::Timeout, "timeout"), kStart);
  CHECK(fixture.events == std::vector<Event>{{id, Change::Settled}});
}

TEST_CASE("a target that changes too often is held down, and the listener hears of it",
          "[health][flap]") {
  Fixture fixture;
  model::Monitor monitor = tcp_monitor();
  monitor.fall = monitor.rise = 1;
  monitor.interval = seconds(5);
  const TargetId id = fixture.add(monitor);
  for (const Outcome outcome :
       {Outcome::Success, Outcome::Refused, Outcome::Success, Outcome::Refused})
    fixture.record(id, outcome);
  fixture.events.clear();
  fixture.record(id, Outcome::Success);
  CHECK(fixture.events == std::vector<Event>{{id, Change::Held}});
  CHECK(fixture.status(id).verdict() == Verdict::Down);
  CHECK(fixture.board.entry(id)->settled() == std::chrono::minutes(1));
  CHECK_FALSE(counts_as_up(fixture.status(id).verdict(), model::InitialState::Up));

  // A reload that changes how often it is probed keeps it so.
  monitor.interval = seconds(10);
  const select::FlapState before = fixture.status(id).flap;
  const TargetId renewed = fixture.add(monitor);
  CHECK(fixture.status(renewed).flap == before);
  fixture.record(renewed, Outcome::Success);
  CHECK(fixture.status(renewed).verdict() == Verdict::Down);
  CHECK(fixture.board.entry(renewed)->settled() == std::chrono::minutes(1));
  fixture.now += std::chrono::minutes(1);
  fixture.record(renewed, Outcome::Success);
  CHECK(fixture.status(renewed).verdict() == Verdict::Up);
  CHECK(fixture.status(renewed).transitions == 4);
}

TEST_CASE("what is recalled counts for targets that are asked the same, until they answer",
          "[health][verdicts]") {
  const Target known = target_of(http_monitor());
  Fixture before;
  before.record(before.board.set_targets(std::vector{known}).front(), Outcome::Refused);
  const auto remembered = before.board.remembered();
  REQUIRE(remembered.size() == 1);

  Fixture after;
  after.board.recall(remembered);
  model::Monitor renamed = http_monitor();
  renamed.name = "renamed";
  renamed.interval = seconds(60);
  model::Monitor changed = http_monitor();
  changed.http.path = "/other";
  const auto ids = after.board.set_targets(
      std::vector{target_of(renamed), target_of(changed), target_of(renamed, "192.0.2.9")});
  CHECK(after.status(ids[0]).verdict() == Verdict::Down);
  CHECK(after.status(ids[0]).since == kStart);
  CHECK(after.status(ids[0]).probes == 0);
  CHECK(after.status(ids[1]).verdict() == Verdict::Unknown);
  CHECK(after.status(ids[2]).verdict() == Verdict::Unknown);
  after.record(ids[0], Outcome::Success);
  CHECK(after.status(ids[0]).verdict() == Verdict::Down);  // `rise` is 2
  after.record(ids[0], Outcome::Success);
  CHECK(after.status(ids[0]).verdict() == Verdict::Up);

  // What comes later had no verdict at the restart.
  after.board.set_targets({});
  CHECK(after.status(after.board.set_targets(std::vector{known}).front()).verdict() ==
        Verdict::Unknown);
}

TEST_CASE("the settled time is what the needed probes take", "[health]") {
  Fixture fixture;
  model::Monitor monitor = tcp_monitor();
  monitor.interval = seconds(10);
  const TargetId id = fixture.add(monitor);
  CHECK(fixture.board.entry(id)->settled() == seconds(10));
  fixture.record(id, Outcome::Success);
  CHECK(fixture.board.entry(id)->settled() == seconds(30));
  fixture.record(id, Outcome::Refused);
  CHECK(fixture.board.entry(id)->settled() == seconds(20));
}

TEST_CASE("a status tells what happened last and how often", "[health]") {
  Fixture fixture;
  model::Monitor monitor = tcp_monitor();
  monitor.fall = 1;
  const TargetId id = fixture.add(monitor);
  fixture.record(id, Outcome::Success);
  fixture.record(id, Outcome::NotProbed);
  fixture.board.record(id, {Outcome::Refused, "connection refused", std::chrono::microseconds(70)},
                       fixture.now);
  const Status& status = fixture.status(id);
  CHECK(status.last_outcome == Outcome::Refused);
  CHECK(status.last_text == "connection refused");
  CHECK(status.last_latency == std::chrono::microseconds(70));
  CHECK(status.last_probed == kStart + seconds(2));
  CHECK(status.since == kStart + seconds(2));
  CHECK(status.probes == 3);
  CHECK(status.failures == 1);
  CHECK(status.transitions == 1);
}

TEST_CASE("without a verdict the monitor's initial state counts", "[health]") {
  using model::InitialState;
  CHECK(counts_as_up(Verdict::Unknown, InitialState::Probe));
  CHECK(counts_as_up(Verdict::Unknown, InitialState::Up));
  CHECK_FALSE(counts_as_up(Verdict::Unknown, InitialState::Down));
  CHECK(counts_as_up(Verdict::Up, InitialState::Down));
  CHECK_FALSE(counts_as_up(Verdict::Down, InitialState::Up));
}

TEST_CASE("equal targets are one row of the board", "[health]") {
  Board board;
  model::Monitor named_otherwise = tcp_monitor();
  named_otherwise.name = "other";
  const std::vector<Target> targets{target_of(tcp_monitor()), target_of(named_otherwise),
                                    target_of(tcp_monitor(), "192.0.2.2")};
  const auto ids = board.set_targets(targets);
  REQUIRE(ids.size() == 3);
  CHECK(ids[0] == ids[1]);
  CHECK(ids[0] != ids[2]);
  CHECK(board.snapshot().size() == 2);
  CHECK(board.find(targets[1]) == ids[0]);
}

TEST_CASE("a reload keeps what is known of targets that stay and forgets the others", "[health]") {
  Fixture fixture;
  const Target stays = target_of(tcp_monitor());
  const Target goes = target_of(tcp_monitor(), "192.0.2.2");
  const auto before = fixture.board.set_targets(std::vector{stays, goes});
  for (const TargetId id : before) fixture.record(id, Outcome::Refused);

  const Target comes = target_of(tcp_monitor(), "192.0.2.3");
  const auto after = fixture.board.set_targets(std::vector{comes, stays});
  CHECK(after[1] == before[0]);
  CHECK(fixture.status(after[1]).verdict() == Verdict::Down);
  CHECK(fixture.status(after[1]).probes == 1);
  CHECK(fixture.status(after[0]).verdict() == Verdict::Unknown);
  CHECK(after[0] != before[1]);
  CHECK(fixture.board.entry(before[1]) == nullptr);
  CHECK_FALSE(fixture.board.find(goes).has_value());
}

TEST_CASE("a late result of a target that is gone changes nothing", "[health]") {
  Fixture fixture;
  const TargetId gone = fixture.add(tcp_monitor(1));
  const TargetId there = fixture.add(tcp_monitor(2));
  fixture.record(gone, Outcome::Refused);
  CHECK(fixture.events.empty());
  CHECK(fixture.status(there).probes == 0);
}

TEST_CASE("a target whose timing changed keeps its verdict", "[health]") {
  Fixture fixture;
  model::Monitor monitor = tcp_monitor();
  const TargetId before = fixture.add(monitor);
  fixture.record(before, Outcome::Success);
  fixture.record(before, Outcome::Refused);

  monitor.interval = seconds(1);
  monitor.fall = 5;
  const TargetId after = fixture.add(monitor);
  CHECK(after != before);
  CHECK(fixture.status(after).verdict() == Verdict::Up);
  CHECK(fixture.status(after).probes_to_change == 4);
  CHECK(fixture.board.entry(after)->settled() == seconds(4));
}

TEST_CASE("a target that is asked something else starts without a verdict", "[health]") {
  Fixture fixture;
  model::Monitor monitor = http_monitor();
  fixture.record(fixture.add(monitor), Outcome::Refused);
  monitor.http.path = "/other";
  CHECK(fixture.status(fixture.add(monitor)).verdict() == Verdict::Unknown);
}

TEST_CASE("after a reload the board holds the new monitor and lets the old one go", "[health]") {
  Board board;
  Target old = target_of(tcp_monitor());
  const std::weak_ptr<const model::Monitor> watch = old.monitor;
  board.set_targets(std::vector{old});
  board.set_targets(std::vector{target_of(tcp_monitor())});
  old.monitor = nullptr;
  CHECK(watch.expired());
}

TEST_CASE("a weight that a success brings is kept, and a new one is a change", "[health]") {
  Fixture fixture;
  const TargetId id = fixture.add(tcp_monitor());
  const auto record = [&](Outcome outcome, std::optional<std::uint32_t> weight) {
    Result result = result_of(outcome);
    if (weight) result.weight = {model::ReportedWeight::Unit::Whole, *weight};
    fixture.events.clear();
    fixture.board.record(id, result, fixture.now);
    return fixture.events;
  };
  const auto weight = [&] { return fixture.status(id).weight; };
  using Events = std::vector<Event>;
  CHECK(record(Outcome::Success, 5) == Events{{id, Change::Verdict}});
  CHECK(weight()->value == 5);
  CHECK(record(Outcome::Success, 5).empty());
  CHECK(record(Outcome::Success, 7) == Events{{id, Change::Weight}});
  CHECK(record(Outcome::Refused, {}) == Events{{id, Change::Settled}});
  CHECK(weight()->value == 7);  // what failed says nothing of it
  CHECK(record(Outcome::NotProbed, {}).empty());
  CHECK(weight()->value == 7);
  CHECK(record(Outcome::Success, {}) == Events{{id, Change::Weight}});
  CHECK_FALSE(weight());
}

}  // namespace
}  // namespace loadstar::health
