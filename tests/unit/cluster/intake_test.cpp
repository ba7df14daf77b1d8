#include "loadstar/cluster/intake.hpp"

#include "loadstar/cluster/reporter.hpp"

#include "catch.hpp"
#include "world.hpp"

using namespace loadstar;
using namespace loadstar::cluster;
using loadstar::cluster::test::View;
using std::chrono::seconds;

namespace {

/// A node that a vantage reports to.
struct World {
  base::Now now{};
  View node{"ns1"};
  View asia{"asia"};
  Intake intake{node.consensus, "ns1"};
  Reporter reporter{asia.consensus, "asia", now};

  Report next() { return reporter.next(now); }
  Taken take(const Report& report) { return intake.take(report, now); }
  void see(std::size_t target, bool is_up) {
    asia.see(target, is_up, now.steady);
    reporter.note_change(asia.ids[target]);
  }
};

}  // namespace

TEST_CASE("reports make votes", "[cluster]") {
  World world;
  world.node.see(0, true);
  world.see(0, false);
  CHECK(world.take(world.next()) == Taken::Taken);
  const auto votes = world.node.consensus.votes_on(world.node.ids[0]);
  REQUIRE(votes.size() == 2);
  CHECK(votes[1].vantage == "asia");
  CHECK(votes[1].vote.text == "connection refused");
}

TEST_CASE("a report counts once", "[cluster]") {
  World world;
  const Report first = world.next();
  const Report second = world.next();
  CHECK(world.take(first) == Taken::Taken);
  CHECK(world.take(first) == Taken::Repeated);
  CHECK(world.take(second) == Taken::Taken);
  CHECK(world.take(first) == Taken::Repeated);
}

TEST_CASE("who has missed a report wants the whole", "[cluster]") {
  World world;
  CHECK(world.take(world.next()) == Taken::Taken);
  world.see(1, true);
  static_cast<void>(world.next());  // lost
  world.see(2, false);
  CHECK(world.take(world.next()) == Taken::WholeWanted);
  CHECK(world.node.agreed() == "???");
  CHECK(world.take(*world.reporter.whole(world.now)) == Taken::Taken);
  CHECK(world.node.agreed() == "?UD");
  CHECK(world.take(world.next()) == Taken::Taken);
}

TEST_CASE("a vantage that starts anew begins with the whole", "[cluster]") {
  World world;
  world.see(0, true);
  for (int i = 0; i < 5; ++i) CHECK(world.take(world.next()) == Taken::Taken);
  base::Now later = world.now;
  later.system += seconds(2);
  Reporter again(world.asia.consensus, "asia", later);
  const Report first = again.next(later);
  const Report second = again.next(later);
  CHECK(world.intake.take(second, later) == Taken::WholeWanted);
  CHECK(world.intake.take(first, later) == Taken::Taken);
  CHECK(world.intake.take(second, later) == Taken::Taken);
  // What is left of the run before is of no account.
  CHECK(world.take(world.next()) == Taken::Repeated);
}

TEST_CASE("old reports are refused", "[cluster]") {
  World world;
  const Report report = world.next();
  base::Now later = world.now;
  later.system += kMaxReportAge + seconds(1);
  CHECK(world.intake.take(report, later) == Taken::Stale);
  base::Now earlier = world.now;
  earlier.system -= kMaxReportAge + seconds(1);
  CHECK(world.intake.take(report, earlier) == Taken::Stale);
  CHECK(world.take(report) == Taken::Taken);
}

TEST_CASE("nobody else speaks for this node", "[cluster]") {
  World world;
  Report report = world.next();
  report.vantage = "ns1";
  CHECK(world.take(report) == Taken::Unauthorized);
}

TEST_CASE("what a vantage has said can be passed on as a whole", "[cluster]") {
  World world;
  CHECK_FALSE(world.intake.whole("asia"));
  world.see(0, true);
  world.see(1, false);
  CHECK(world.take(world.next()) == Taken::Taken);
  world.see(0, false);
  CHECK(world.take(world.next()) == Taken::Taken);
  const auto whole = world.intake.whole("asia");
  REQUIRE(whole);
  CHECK(whole->sequence == 2);

  View other("ns2");
  Intake intake(other.consensus, "ns2");
  CHECK(intake.take(*whole, world.now) == Taken::Taken);
  CHECK(other.agreed() == "DD?");
  CHECK(intake.take(world.next(), world.now) == Taken::Taken);
}
