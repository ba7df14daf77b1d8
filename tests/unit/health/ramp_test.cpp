#include "loadstar/health/ramp.hpp"

#include "catch.hpp"

using namespace loadstar;
using namespace loadstar::health;
using namespace std::chrono_literals;

namespace {

const base::TimePoint kStart{std::chrono::hours(100)};

Agreed back_since(base::TimePoint since) {
  Agreed agreed;
  agreed.verdict = Verdict::Up;
  agreed.since = since;
  agreed.transitions = 2;
  return agreed;
}

}  // namespace

TEST_CASE("who is up again takes more clients by and by", "[health][ramp]") {
  const Agreed agreed = back_since(kStart);
  const auto percent = [&](base::Duration after) {
    return +ramp(agreed, 2min, kStart + after).percent;
  };
  CHECK(percent(0ms) == 1);
  CHECK(percent(1min) == 50);
  CHECK(percent(2min - 1ms) == 99);
  CHECK(percent(2min) == 100);
  CHECK(ramp(agreed, 2min, kStart + 1min).next_step >= 1s);
}

TEST_CASE("a ramp ends by its steps", "[health][ramp]") {
  const Agreed agreed = back_since(kStart);
  base::TimePoint now = kStart;
  int steps = 0;
  for (Ramp at = ramp(agreed, 5min, now); at.percent < 100; at = ramp(agreed, 5min, now)) {
    now += at.next_step;
    REQUIRE(++steps < 110);
  }
  CHECK(now <= kStart + 5min + 1s);
}

TEST_CASE("nobody has left who was never seen down, and who is down has no clients",
          "[health][ramp]") {
  Agreed agreed = back_since(kStart);
  agreed.transitions = 0;
  CHECK(ramp(agreed, 2min, kStart).percent == 100);
  agreed.transitions = 1;
  agreed.verdict = Verdict::Down;
  CHECK(ramp(agreed, 2min, kStart).percent == 100);
  CHECK(ramp(back_since(kStart), 0ms, kStart).percent == 100);
}
