#include "loadstar/app/verdict_file.hpp"

#include <random>

#include "catch.hpp"

using namespace loadstar;
using namespace loadstar::app;
using health::Remembered;
using health::Verdict;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

// Before a restart, and after it on a machine that has been started anew: the steady clock goes by
// another epoch.
const base::Now kBefore{.steady = base::TimePoint(hours(500)),
                        .system = base::Now::System(milliseconds(1'764'390'100'456))};
const base::Now kAfter{.steady = base::TimePoint(seconds(30)),
                       .system = kBefore.system + minutes(5)};

std::vector<Remembered> verdicts() {
  return {{.question = "http 192.0.2.1:80 9f86d081884c7d65",
           .verdict = Verdict::Up,
           .since = kBefore.steady - hours(48),
           .last_probed = kBefore.steady - seconds(3),
           .flap = {}},
          {.question = "tcp [2001:db8::1]:443 0000000000000001",
           .verdict = Verdict::Down,
           .since = kBefore.steady - minutes(1),
           .last_probed = kBefore.steady - seconds(1),
           .flap = {.changes = {kBefore.steady - minutes(9), kBefore.steady - minutes(1)},
                    .held_until = kBefore.steady + minutes(8),
                    .holds = 3}}};
}

}  // namespace

TEST_CASE("verdicts come back from their file as old as they are", "[app][verdicts]") {
  const std::string text = verdicts_to_text(verdicts(), kBefore);
  CHECK(
      text.starts_with("loadstar-verdicts 1\n"
                       "up 1764217300456 1764390097456 0 0 - http 192.0.2.1:80 9f86d081884c7d65\n"
                       "down 1764390040456 1764390099456 1764390580456 3 "
                       "1764389560456,1764390040456 tcp [2001:db8::1]:443 0000000000000001\n"
                       "checksum "));
  const auto read = verdicts_from_text(text, kAfter);
  REQUIRE(read);
  REQUIRE(read->size() == 2);
  const auto shift = kAfter.steady - kBefore.steady - minutes(5);
  for (std::size_t i = 0; i < 2; ++i) {
    const Remembered expected = verdicts()[i];
    const Remembered& one = (*read)[i];
    CHECK(one.question == expected.question);
    CHECK(one.verdict == expected.verdict);
    CHECK(one.since == expected.since + shift);
    CHECK(one.last_probed == expected.last_probed + shift);
    CHECK(one.flap.holds == expected.flap.holds);
    REQUIRE(one.flap.changes.size() == expected.flap.changes.size());
    for (std::size_t change = 0; change < one.flap.changes.size(); ++change)
      CHECK(one.flap.changes[change] == expected.flap.changes[change] + shift);
  }
  CHECK((*read)[0].flap.held_until == base::TimePoint{});
  CHECK((*read)[1].flap.held_until == kAfter.steady + minutes(3));
}

TEST_CASE("a file of verdicts that is not whole is refused", "[app][verdicts]") {
  const std::string text = verdicts_to_text(verdicts(), kBefore);
  for (std::size_t size = 0; size < text.size(); ++size)
    CHECK_FALSE(verdicts_from_text(text.substr(0, size), kAfter));
  std::mt19937 random(3);
  for (int i = 0; i < 2000; ++i) {
    std::string damaged = text;
    damaged[random() % damaged.size()] ^= static_cast<char>(1U << random() % 8);
    CHECK_FALSE(verdicts_from_text(damaged, kAfter));
  }
  CHECK_FALSE(verdicts_from_text(text + text, kAfter));
  CHECK(verdicts_from_text("loadstar-verdicts 2\n", kAfter).error() ==
        "is of another version, or none of ours");
  CHECK(verdicts_from_text(verdicts_to_text({}, kBefore), kAfter).value().empty());
}
