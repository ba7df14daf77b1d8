#include "loadstar/cluster/report.hpp"

#include <nlohmann/json.hpp>

#include "loadstar/cluster/reporter.hpp"

#include "catch.hpp"
#include "world.hpp"

using namespace loadstar;
using namespace loadstar::cluster;
using loadstar::cluster::test::View;

namespace {

const base::Now kNow{.steady = base::TimePoint(std::chrono::hours(1000)),
                     .system = base::Now::System(std::chrono::seconds(1'764'390'100))};

Report sample() {
  Report report{.vantage = "asia",
                .run = 1'764'390'000'123,
                .sequence = 17,
                .at = kNow.system,
                .whole = true,
                .votes = {}};
  report.votes.emplace_back(health::TargetKey{0x9f86d081884c7d65},
                            health::Vote{.verdict = health::Verdict::Up,
                                         .since = kNow.steady - std::chrono::seconds(5),
                                         .settled_seconds = 10,
                                         .text = "status 200"});
  report.votes.emplace_back(health::TargetKey{0x00000000000000ff},
                            health::Vote{.verdict = health::Verdict::Down,
                                         .since = kNow.steady,
                                         .settled_seconds = 0,
                                         .text = ""});
  return report;
}

}  // namespace

TEST_CASE("a report survives its text", "[cluster]") {
  const Report before = sample();
  const auto after = parse_report(to_json(before, kNow), kNow);
  REQUIRE(after);
  CHECK(after->vantage == "asia");
  CHECK(after->run == before.run);
  CHECK(after->sequence == 17);
  CHECK(after->at == before.at);
  CHECK(after->whole);
  REQUIRE(after->votes.size() == 2);
  const Votes sorted{before.votes[1], before.votes[0]};  // JSON sorts by key
  CHECK(after->votes == sorted);
}

TEST_CASE("what is no report says why", "[cluster]") {
  auto json = nlohmann::json::parse(to_json(sample(), kNow));
  const std::string vote = "9f86d081884c7d65";
  std::string expected = "is not a report";
  SECTION("no JSON") { json = "{"; }
  SECTION("nothing in it") { json = nlohmann::json::object(); }
  SECTION("no sequence") { json.erase("sequence"); }
  SECTION("a negative time") { json["at"] = -1; }
  SECTION("a time out of range") {
    json["at"] = 9'000'000'000'000'000'000U;
    expected = "a time is out of range";
  }
  SECTION("a long name") {
    json["vantage"] = std::string(64, 'x');
    expected = "\"vantage\" is not a name";
  }
  SECTION("a name that is not for a terminal") {
    json["vantage"] = "a\x1b[2J";
    expected = "\"vantage\" is not a name";
  }
  SECTION("votes in a list") {
    json["votes"] = nlohmann::json::array();
    expected = "\"votes\" is not an object";
  }
  SECTION("votes that are malformed") {
    expected = "a vote is malformed";
    SECTION("key") { json["votes"]["xyz"] = json["votes"][vote]; }
    SECTION("verdict") { json["votes"][vote][0] = "maybe"; }
    SECTION("since when") { json["votes"][vote][1] = 9'000'000'000'000'000'000U; }
    SECTION("settled") { json["votes"][vote][2] = -1; }
    SECTION("text") { json["votes"][vote][3] = std::string(kMaxVoteText + 1, 'x'); }
    SECTION("text that is not for a terminal") { json["votes"][vote][3] = "a\nb"; }
    SECTION("too short") { json["votes"][vote] = {"up"}; }
  }
  const auto report = parse_report(json.dump(), kNow);
  REQUIRE_FALSE(report);
  CHECK(report.error() == expected);
}

TEST_CASE("a reporter tells everything first, then what has changed", "[cluster]") {
  View view("asia");
  view.see(0, true, kNow.steady);
  Reporter reporter(view.consensus, "asia", kNow);
  CHECK_FALSE(reporter.whole(kNow));
  const Report first = reporter.next(kNow);
  CHECK(first.whole);
  CHECK(first.sequence == 1);
  CHECK(first.votes.size() == 1);

  CHECK_FALSE(reporter.has_changes());
  CHECK(reporter.next(kNow).votes.empty());

  view.see(1, false, kNow.steady);
  reporter.note_change(view.ids[1]);
  CHECK(reporter.has_changes());
  const Report third = reporter.next(kNow);
  CHECK_FALSE(third.whole);
  CHECK(third.sequence == 3);
  REQUIRE(third.votes.size() == 1);
  CHECK(third.votes[0].first == health::key_of(view.all[1]));
  CHECK(third.votes[0].second.verdict == health::Verdict::Down);
  CHECK(third.votes[0].second.text == "connection refused");

  const auto whole = reporter.whole(kNow);
  REQUIRE(whole);
  CHECK(whole->sequence == 3);
  CHECK(whole->votes.size() == 2);

  reporter.note_targets();
  CHECK(reporter.next(kNow).whole);
}
