#include "loadstar/select/rise_fall.hpp"

#include <string>
#include <string_view>

#include "catch.hpp"

namespace {

using namespace loadstar::select;

// '+' is a success, '-' a failure; the answer holds the verdict after each: '?', 'U' or 'D'.
std::string verdicts(std::string_view results, RiseFallLimits limits) {
  RiseFallState state;
  std::string seen;
  for (const char result : results) {
    state = step(state, result == '+' ? ProbeResult::Success : ProbeResult::Failure, limits);
    seen += state.verdict == Verdict::Up ? 'U' : state.verdict == Verdict::Down ? 'D' : '?';
  }
  return seen;
}

}  // namespace

TEST_CASE("results in a row against the verdict change it", "[select][rise_fall]") {
  struct Row {
    RiseFallLimits limits;
    std::string_view results;
    std::string_view expected;
  };
  const Row rows[] = {
      {{3, 2}, "+", "U"},
      {{3, 2}, "-", "D"},
      {{3, 2}, "+---", "UUUD"},
      {{3, 2}, "+--+---", "UUUUUUD"},
      {{3, 2}, "-++", "DDU"},
      {{3, 2}, "-+-++", "DDDDU"},
      {{1, 1}, "+-+-", "UDUD"},
      {{0, 0}, "+-+-", "UDUD"},
      {{3, 2}, "+---++---", "UUUDDUUUD"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.results, row.limits.fall, row.limits.rise);
    CHECK(verdicts(row.results, row.limits) == row.expected);
  }
}

TEST_CASE("the probes to the earliest change are counted from the streak", "[select][rise_fall]") {
  const RiseFallLimits limits{3, 2};
  CHECK(probes_to_change({Verdict::Unknown, 0}, limits) == 1);
  CHECK(probes_to_change({Verdict::Up, 0}, limits) == 3);
  CHECK(probes_to_change({Verdict::Up, 2}, limits) == 1);
  CHECK(probes_to_change({Verdict::Down, 0}, limits) == 2);
  CHECK(probes_to_change({Verdict::Down, 1}, limits) == 1);
}

TEST_CASE("a streak beyond limits that were lowered changes at the next result",
          "[select][rise_fall]") {
  const RiseFallState long_streak{Verdict::Up, 7};
  CHECK(probes_to_change(long_streak, {3, 2}) == 1);
  CHECK(step(long_streak, ProbeResult::Failure, {3, 2}).verdict == Verdict::Down);
  CHECK(step(long_streak, ProbeResult::Success, {3, 2}) == RiseFallState{Verdict::Up, 0});
}
