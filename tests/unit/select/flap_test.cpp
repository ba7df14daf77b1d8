#include "loadstar/select/flap.hpp"

#include <random>
#include <string>
#include <string_view>

#include "catch.hpp"

namespace {

using namespace loadstar::select;
using loadstar::base::TimePoint;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr seconds kInterval{10};
// Four changes within ten minutes; holds of 1, 2, 4, 4, … minutes.
constexpr FlapLimits kLimits{4, minutes(10), minutes(1), minutes(4)};

/// A target that is probed every ten seconds.
struct Probed {
  RiseFallLimits limits{1, 1};
  FlapLimits flap = kLimits;
  DampedState state{};
  TimePoint now{minutes(100)};

  /// '+' is a success, '-' a failure. The answer holds the verdict after each: 'U', 'D', or 'h'
  /// where it is down because it is held.
  std::string probe(std::string_view results) {
    std::string seen;
    for (const char result : results) {
      now += kInterval;
      state = step(std::move(state), result == '+' ? ProbeResult::Success : ProbeResult::Failure,
                   limits, flap, now);
      seen += state.is_held(now) ? 'h' : state.rise_fall.verdict == Verdict::Up ? 'U' : 'D';
    }
    return seen;
  }
};

}  // namespace

TEST_CASE("the change back that would be the fourth is held back", "[select][flap]") {
  Probed target;
  CHECK(target.probe("+-+-") == "UDUD");
  CHECK(target.probe("++++++") == "hhhhhh");  // a minute
  CHECK(target.probe("++") == "UU");
}

TEST_CASE("a failure within the hold is what it is, and the hold stays", "[select][flap]") {
  Probed target;
  target.limits = {1, 2};
  CHECK(target.probe("+-++-") == "UDDUD");
  CHECK(target.probe("+") == "D");
  CHECK(target.probe("+-++++") == "hhhhhh");
  CHECK(target.probe("+") == "U");

  Probed down_at_the_end;
  CHECK(down_at_the_end.probe("+-+-+++++-") == "UDUDhhhhhh");
  CHECK(down_at_the_end.probe("--+") == "DDU");
}

TEST_CASE("holds grow up to the longest, and start again after a time without a change",
          "[select][flap]") {
  Probed target;
  CHECK(target.probe("+-+-++++++"
                     "+") == "UDUDhhhhhhU");
  CHECK(target.probe("-" + std::string(13, '+')) == "D" + std::string(12, 'h') + "U");
  CHECK(target.probe("-" + std::string(25, '+')) == "D" + std::string(24, 'h') + "U");
  CHECK(target.probe("-" + std::string(25, '+')) == "D" + std::string(24, 'h') + "U");
  CHECK(target.probe(std::string(61, '+')) == std::string(61, 'U'));
  CHECK(target.probe("-+-"
                     "++++++"
                     "+") == "DUDhhhhhhU");
}

TEST_CASE("changes that are far apart are no flapping", "[select][flap]") {
  Probed target;
  for (int i = 0; i < 20; ++i) {
    CHECK(target.probe("+") == "U");
    target.now += minutes(4);
    CHECK(target.probe("-") == "D");
    target.now += minutes(4);
  }
}

TEST_CASE("the first verdict is no change, and without limits nobody is held", "[select][flap]") {
  Probed target;
  CHECK(target.probe("-+-"
                     "+") == "DUDU");
  CHECK(target.state.flap.changes.size() == 3);

  Probed free;
  free.flap.changes = 0;
  CHECK(free.probe("+-+-+-+-+-+-") == "UDUDUDUDUDUD");
  CHECK(free.state.flap == FlapState{});
}

TEST_CASE("no more changes are remembered than count", "[select][flap]") {
  Probed target;
  target.flap = {2, std::chrono::hours(24), seconds(1), seconds(1)};
  for (int i = 0; i < 500; ++i) static_cast<void>(target.probe("+-+"));
  CHECK(target.state.flap.changes.size() == 2);
}

TEST_CASE("whatever the results, damping only keeps down what would be up", "[select][flap]") {
  std::mt19937 random(7);
  for (int round = 0; round < 200; ++round) {
    const RiseFallLimits limits{static_cast<std::uint16_t>(random() % 4),
                                static_cast<std::uint16_t>(random() % 4)};
    const FlapLimits flap{static_cast<std::uint16_t>(2 + random() % 5), minutes(1 + random() % 10),
                          minutes(1 + random() % 3), minutes(3 + random() % 10)};
    const auto failures = random() % 100;
    DampedState damped;
    TimePoint now{minutes(100)};
    TimePoint steady_since = now;
    int ups = 0;
    for (int i = 0; i < 1000; ++i) {
      now += kInterval;
      const auto result = random() % 100 < failures ? ProbeResult::Failure : ProbeResult::Success;
      if (result == ProbeResult::Failure) steady_since = now;
      const Verdict before = damped.rise_fall.verdict;
      damped = step(std::move(damped), result, limits, flap, now);
      const Verdict after = damped.rise_fall.verdict;
      if (damped.is_held(now)) CHECK(after == Verdict::Down);
      if (before == Verdict::Down && after == Verdict::Up) ++ups;
      // Nothing is held for longer than the longest hold, nor remembered for ever.
      CHECK(damped.flap.held_until <= now + flap.max_hold);
      CHECK(damped.flap.changes.size() <= flap.changes);
      const auto steady = now - steady_since;
      if (steady > flap.max_hold + kInterval * (limits.rise + 2)) CHECK(after == Verdict::Up);
    }
    // A hold of a minute at least stands before every return within a window but the first few.
    const auto windows = 1000 * kInterval / flap.within + 1;
    CHECK(ups <= windows * flap.changes + 1000 * kInterval / flap.hold);
  }
}
