#include "loadstar/health/probe_runner.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <map>
#include <optional>
#include <utility>

#include "catch.hpp"
#include "fixture.hpp"
#include "peer.hpp"

namespace loadstar::health {
namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;
using std::chrono::seconds;

/// Answers by a table, from the event loop; or holds the answer back until it is told.
class FakeProber : public Prober {
 public:
  explicit FakeProber(asio::io_context& io) : io_(io) {}

  void probe(const Target& target, Done done) override {
    const std::string address = target.address.address.to_string();
    ++probes[address];
    ++under_way;
    most_under_way = std::max(most_under_way, under_way);
    if (held) return pending.push_back(std::move(done));
    asio::post(io_, [this, address, done = std::move(done)] { answer(address, done); });
  }
  void release() {
    held = false;
    for (auto& done : std::exchange(pending, {})) {
      --under_way;
      done(result_of(Outcome::Success));
    }
  }

  std::map<std::string, Outcome> outcomes;  ///< Success when not listed
  std::map<std::string, int> probes;
  std::vector<Done> pending;
  bool held = false;
  std::size_t under_way = 0;
  std::size_t most_under_way = 0;

 private:
  void answer(const std::string& address, const Done& done) {
    --under_way;
    const auto found = outcomes.find(address);
    done(result_of(found == outcomes.end() ? Outcome::Success : found->second));
  }

  asio::io_context& io_;
};

struct Fixture {
  asio::io_context io;
  FakeProber* prober = nullptr;  ///< owned by the runner
  std::vector<TargetId> changed;
  Board board{[this](TargetId id, Change) { changed.push_back(id); }};
  std::unique_ptr<ProbeRunner> runner;

  explicit Fixture(ScheduleOptions options = {.seed = 1}) {
    Probers probers;
    auto fake = std::make_unique<FakeProber>(io);
    prober = fake.get();
    probers[model::MonitorType::Tcp] = std::move(fake);
    runner = std::make_unique<ProbeRunner>(io, board, std::move(probers), options);
  }

  /// Runs the loop until it is so; false after a minute, which no test needs.
  template <class Condition>
  bool run_until(Condition condition) {
    const auto limit = base::Clock::now() + std::chrono::minutes(1);
    io.restart();
    while (!condition()) {
      if (io.run_one_until(limit) == 0) return false;
    }
    return true;
  }
  Verdict verdict(const Target& target) {
    return board.entry(*board.find(target))->status.verdict();
  }
};

std::vector<Target> targets(int count, const model::Monitor& monitor) {
  std::vector<Target> made;
  for (int i = 1; i <= count; ++i)
    made.push_back(target_of(monitor, "192.0.2." + std::to_string(i)));
  return made;
}

model::Monitor slow() {
  model::Monitor monitor = tcp_monitor();
  monitor.interval = std::chrono::hours(1);
  return monitor;
}

TEST_CASE("one probe round decides before the first answer", "[health]") {
  Fixture fixture({.seed = 1, .max_in_flight = 7});
  fixture.prober->outcomes["192.0.2.3"] = Outcome::Refused;
  const auto list = targets(50, slow());
  fixture.runner->set_targets(list);
  bool done = false;
  fixture.runner->when_first_round_done([&] { done = true; });
  REQUIRE(fixture.run_until([&] { return done; }));
  for (const Target& target : list) {
    const bool refused = target.address.address.to_string() == "192.0.2.3";
    CHECK(fixture.verdict(target) == (refused ? Verdict::Down : Verdict::Up));
  }
  CHECK(fixture.changed.size() == 50);
  CHECK(fixture.prober->most_under_way == 7);
}

TEST_CASE("a first failure is checked again at once where the monitor says so", "[health]") {
  Fixture fixture;
  model::Monitor monitor = tcp_monitor();
  monitor.recheck = true;
  monitor.fall = 2;
  monitor.interval = milliseconds(200);
  monitor.timeout = milliseconds(100);
  const auto list = targets(1, monitor);
  const std::string address = list[0].address.address.to_string();
  auto& probes = fixture.prober->probes[address];
  fixture.runner->set_targets(list);
  REQUIRE(fixture.run_until([&] { return fixture.verdict(list[0]) == Verdict::Up; }));
  CHECK(probes == 1);  // success
  const auto& status = [&]() -> const Status& {
    return fixture.board.entry(*fixture.board.find(list[0]))->status;
  };

  SECTION("and is none when the second try succeeds") {
    fixture.prober->outcomes[address] = Outcome::Refused;
    REQUIRE(fixture.run_until([&] { return probes == 3; }));
    fixture.prober->outcomes.clear();  // before the second try is answered
    REQUIRE(fixture.run_until([&] { return status().probes == 2; }));
    CHECK(probes == 3);
    CHECK(status().failures == 0);
    CHECK(status().rise_fall == select::RiseFallState{Verdict::Up, 0});
  }
  SECTION("and counts once when the second try fails, too; the next is not checked again") {
    fixture.prober->outcomes[address] = Outcome::Refused;
    REQUIRE(fixture.run_until([&] { return fixture.verdict(list[0]) == Verdict::Down; }));
    CHECK(probes == 4);  // a success, a failure checked again, a failure
    CHECK(status().probes == 3);
    CHECK(status().failures == 2);
  }
}

TEST_CASE("the first answer does not wait for targets whose initial state is given", "[health]") {
  Fixture fixture;
  fixture.prober->held = true;
  model::Monitor monitor = slow();
  for (const auto initial : {model::InitialState::Up, model::InitialState::Down}) {
    monitor.initial = initial;
    fixture.runner->set_targets(targets(3, monitor));
    bool done = false;
    fixture.runner->when_first_round_done([&] { done = true; });
    CHECK(fixture.run_until([&] { return done; }));
  }
}

TEST_CASE("of equal targets it takes one that asks for a probe to wait", "[health]") {
  Fixture fixture;
  fixture.prober->held = true;
  model::Monitor patient = slow();
  model::Monitor impatient = slow();
  impatient.initial = model::InitialState::Up;
  fixture.runner->set_targets(std::vector{target_of(impatient), target_of(patient)});
  bool done = false;
  fixture.runner->when_first_round_done([&] { done = true; });
  fixture.io.poll();
  CHECK_FALSE(done);
  CHECK(fixture.prober->pending.size() == 1);
  fixture.prober->release();
  CHECK(fixture.run_until([&] { return done; }));
}

TEST_CASE("a machine that cannot probe does not keep the first answer back", "[health]") {
  Fixture fixture;
  fixture.prober->outcomes["192.0.2.1"] = Outcome::NotProbed;
  const auto list = targets(1, slow());
  fixture.runner->set_targets(list);
  bool done = false;
  fixture.runner->when_first_round_done([&] { done = true; });
  CHECK(fixture.run_until([&] { return done; }));
  CHECK(fixture.verdict(list[0]) == Verdict::Unknown);
}

TEST_CASE("without targets the first round is done, and not from within the call", "[health]") {
  Fixture fixture;
  bool done = false;
  fixture.runner->when_first_round_done([&] { done = true; });
  CHECK_FALSE(done);
  CHECK(fixture.run_until([&] { return done; }));
}

TEST_CASE("a reload that takes away the target waited for ends the wait", "[health]") {
  Fixture fixture;
  fixture.prober->held = true;
  fixture.runner->set_targets(targets(1, slow()));
  bool done = false;
  fixture.runner->when_first_round_done([&] { done = true; });
  fixture.runner->set_targets({});
  CHECK(fixture.run_until([&] { return done; }));
  fixture.prober->release();  // the late result finds no target
  CHECK(fixture.board.snapshot().empty());
  CHECK(fixture.changed.empty());
}

TEST_CASE("endpoints leave and return by themselves", "[health]") {
  Fixture fixture;
  model::Monitor monitor = tcp_monitor();
  monitor.interval = milliseconds(5);
  const auto list = targets(2, monitor);
  const auto is = [&](Verdict verdict) { return fixture.verdict(list[0]) == verdict; };
  fixture.runner->set_targets(list);
  REQUIRE(fixture.run_until([&] { return is(Verdict::Up); }));
  fixture.prober->outcomes["192.0.2.1"] = Outcome::Timeout;
  REQUIRE(fixture.run_until([&] { return is(Verdict::Down); }));
  fixture.prober->outcomes["192.0.2.1"] = Outcome::Success;
  REQUIRE(fixture.run_until([&] { return is(Verdict::Up); }));
  CHECK(fixture.board.entry(*fixture.board.find(list[0]))->status.transitions == 2);
  CHECK(fixture.verdict(list[1]) == Verdict::Up);
  CHECK(fixture.board.entry(*fixture.board.find(list[1]))->status.transitions == 0);
}

TEST_CASE("a reload probes new targets at once and leaves the others to their turn", "[health]") {
  Fixture fixture;
  fixture.runner->set_targets(targets(3, slow()));
  REQUIRE(fixture.run_until([&] { return fixture.changed.size() == 3; }));
  fixture.runner->set_targets(targets(5, slow()));
  REQUIRE(fixture.run_until([&] { return fixture.changed.size() == 5; }));
  CHECK(fixture.prober->probes["192.0.2.1"] == 1);
  CHECK(fixture.prober->probes["192.0.2.5"] == 1);
}

/// A board, and a runner with real probers.
struct RealFixture {
  asio::io_context io;
  Board board;
  std::optional<ProbeRunner> runner;

  RealFixture() { runner.emplace(io, board, make_probers(io), ScheduleOptions{.seed = 1}); }

  bool becomes(const Target& target, Verdict verdict) {
    const auto limit = base::Clock::now() + std::chrono::minutes(1);
    while (board.entry(*board.find(target))->status.verdict() != verdict) {
      if (io.run_one_until(limit) == 0) return false;
    }
    return true;
  }
};

Target http_target(const base::Endpoint& address, milliseconds interval) {
  model::Monitor monitor = http_monitor();
  monitor.interval = interval;
  monitor.timeout = seconds(20);
  return {std::make_shared<const model::Monitor>(monitor), address};
}

TEST_CASE("a peer that goes away is down, and up again when it is back", "[health][http]") {
  RealFixture fixture;
  const Manners good{.answer = "HTTP/1.1 200 OK\r\n\r\n"};
  std::optional<Peer> peer;
  peer.emplace(fixture.io, good);
  const Target target = http_target(peer->address(), milliseconds(20));
  fixture.runner->set_targets(std::vector{target});
  CHECK(fixture.becomes(target, Verdict::Up));
  peer.reset();
  CHECK(fixture.becomes(target, Verdict::Down));
  peer.emplace(fixture.io, good, "127.0.0.1", target.address.port);
  CHECK(fixture.becomes(target, Verdict::Up));
}

TEST_CASE("results that come after the runner's end are dropped", "[health][http]") {
  RealFixture fixture;
  std::optional<Peer> peer;
  peer.emplace(fixture.io, Manners{.answer = "HTTP/1.1 200 OK\r\n\r\n"});
  fixture.runner->set_targets(std::vector{http_target(peer->address(), std::chrono::hours(1))});
  while (peer->request().empty()) fixture.io.run_one();
  fixture.runner.reset();
  peer.reset();
  fixture.io.run();  // ends: no timer and no probe is left
  CHECK(fixture.board.snapshot().front().status.probes == 0);
}

}  // namespace
}  // namespace loadstar::health
