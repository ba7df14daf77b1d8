#include "loadstar/health/consensus.hpp"

#include <map>

#include "catch.hpp"
#include "fixture.hpp"

using namespace loadstar;
using namespace loadstar::health;
using std::chrono::seconds;

namespace {

const base::TimePoint kStart{std::chrono::hours(100)};

/// Ourselves, and other vantages by name, over targets 192.0.2.1, .2, …
class World {
 public:
  explicit World(std::size_t targets, select::CountOrShare quorum = 0.5,
                 OwnVote own_vote = OwnVote::Always)
      : consensus(options(own_vote)) {
    model::Monitor monitor = tcp_monitor();
    monitor.fall = monitor.rise = 1;
    monitor.flap.changes = 0;
    monitor.quorum = quorum;
    for (std::size_t i = 1; i <= targets; ++i)
      targets_.push_back(target_of(monitor, "192.0.2." + std::to_string(i)));
    ids_ = consensus.own().set_targets(targets_);
  }

  /// "UD?" for three targets; '-' leaves one out.
  void say(const std::string& vantage, std::string_view verdicts, Extent extent = Extent::Changes) {
    Votes votes;
    for (std::size_t i = 0; i < verdicts.size(); ++i) {
      const Verdict verdict = verdict_of(verdicts[i]);
      if (verdicts[i] == '-') continue;
      if (vantage == "self")
        own(i, verdict);
      else
        votes.emplace_back(
            key_of(targets_[i]),
            Vote{.verdict = verdict, .since = now, .settled_seconds = 7, .text = "text"});
    }
    if (vantage != "self") consensus.vote(vantage, votes, extent, now);
  }
  [[nodiscard]] std::string agreed() const {
    std::string text;
    for (const TargetId id : ids_) {
      const Agreed one = consensus.of(id);
      text += one.verdict == Verdict::Up ? 'U' : one.verdict == Verdict::Down ? 'D' : '?';
    }
    return text;
  }
  [[nodiscard]] Agreed of(std::size_t target) const { return consensus.of(ids_[target]); }
  [[nodiscard]] VantageState state(std::string_view vantage) const {
    for (const VantageInfo& info : consensus.vantages()) {
      if (info.name == vantage) return info.state;
    }
    throw std::out_of_range("no such vantage");
  }
  [[nodiscard]] TargetId id(std::size_t target) const { return ids_[target]; }
  [[nodiscard]] const std::vector<Target>& targets() const { return targets_; }

  base::TimePoint now = kStart;
  std::vector<std::pair<TargetId, Change>> events;
  std::vector<std::string> vantage_events;
  Consensus consensus;

 private:
  ConsensusOptions options(OwnVote own_vote) {
    return {.own_vote = own_vote,
            .listener = [this](TargetId id, Change change) { events.emplace_back(id, change); },
            .vantage_listener =
                [this](const VantageInfo& info) {
                  vantage_events.push_back(info.name + " " + std::string(to_string(info.state)));
                }};
  }
  static Verdict verdict_of(char letter) {
    if (letter == 'U') return Verdict::Up;
    return letter == 'D' ? Verdict::Down : Verdict::Unknown;
  }
  void own(std::size_t target, Verdict verdict) {
    const auto outcome = verdict == Verdict::Up ? Outcome::Success : Outcome::Refused;
    consensus.own().record(ids_[target], result_of(outcome), now);
  }

  std::vector<Target> targets_;
  std::vector<TargetId> ids_;
};

}  // namespace

TEST_CASE("alone, what is seen from here is what counts", "[health][consensus]") {
  World world(2);
  CHECK(world.agreed() == "??");
  world.say("self", "UD");
  CHECK(world.agreed() == "UD");
  world.say("self", "DU");
  CHECK(world.agreed() == "DU");
  CHECK(world.of(0).transitions == 1);
  CHECK(world.of(0).counted == 1);
  CHECK(world.of(1).up == 1);
}

TEST_CASE("up is what the quorum says is up", "[health][consensus]") {
  const auto [quorum, expected] = GENERATE(table<select::CountOrShare, std::string>({
      {0.5, "DDUU"},                 // two of three
      {1.0, "DDDU"},                 // all
      {0.01, "DUUU"},                // any
      {std::uint32_t{1}, "DUUU"},    // any
      {std::uint32_t{2}, "DDUU"},    //
      {std::uint32_t{3}, "DDDU"},    //
      {std::uint32_t{100}, "DDDU"},  // as many as there are
  }));
  World world(4, quorum);
  world.say("self", "DUUU");
  world.say("eu", "DDUU");
  world.say("us", "DDDU");
  CHECK(world.agreed() == expected);
}

TEST_CASE("a pair keeps up what one of it can reach", "[health][consensus]") {
  World world(3);
  world.say("self", "UDU");
  world.say("peer", "UUD");
  CHECK(world.agreed() == "UUU");
  world.say("peer", "-D-");
  CHECK(world.agreed() == "UDU");
}

TEST_CASE("a vantage that has no word on a target is not asked about it", "[health][consensus]") {
  World world(2, 1.0);
  world.say("self", "UU");
  world.say("eu", "D-");
  CHECK(world.agreed() == "DU");
  CHECK(world.of(0).counted == 2);
  CHECK(world.of(1).counted == 1);
  world.say("eu", "?-");
  CHECK(world.agreed() == "UU");
}

TEST_CASE("a vantage that falls silent counts no more, and again when it is heard",
          "[health][consensus]") {
  World world(2, 1.0);
  world.say("self", "UU");
  world.say("eu", "DU");
  CHECK(world.agreed() == "DU");
  world.now += kFreshFor;
  world.consensus.tick(world.now);
  CHECK(world.agreed() == "DU");
  world.now += seconds(1);
  world.consensus.tick(world.now);
  CHECK(world.agreed() == "UU");
  CHECK(world.state("eu") == VantageState::Silent);
  world.say("eu", "");
  CHECK(world.agreed() == "DU");
  CHECK(world.vantage_events == std::vector<std::string>{"eu counts", "eu silent", "eu counts"});
}

TEST_CASE("a vantage that sees everything down while the others do not is left out",
          "[health][consensus]") {
  World world(3, 1.0);
  world.say("self", "UUD");
  world.say("eu", "UUD");
  world.say("us", "UUD");
  CHECK(world.agreed() == "UUD");
  world.say("us", "DDD");
  CHECK(world.state("us") == VantageState::CutOff);
  CHECK(world.agreed() == "UUD");
  world.say("us", "U--");
  CHECK(world.state("us") == VantageState::Counts);
  CHECK(world.agreed() == "UDD");
}

TEST_CASE("this node can be the one that is cut off", "[health][consensus]") {
  World world(3, 1.0);
  world.say("self", "UUU");
  world.say("peer", "UUU");
  world.say("self", "DDD");
  CHECK(world.state("self") == VantageState::CutOff);
  CHECK(world.agreed() == "UUU");
  CHECK(world.of(0).counted == 1);
  world.say("self", "U--");
  CHECK(world.state("self") == VantageState::Counts);
}

TEST_CASE("an outage that most vantages see is one", "[health][consensus]") {
  World world(3);
  for (const char* vantage : {"self", "eu", "us"}) world.say(vantage, "UUU");
  world.say("eu", "DDD");
  CHECK(world.agreed() == "UUU");
  world.say("us", "DDD");
  CHECK(world.state("eu") == VantageState::Counts);
  CHECK(world.state("us") == VantageState::Counts);
  CHECK(world.state("self") == VantageState::Counts);
  CHECK(world.agreed() == "DDD");
}

TEST_CASE("a node that is spare counts while nobody else does", "[health][consensus]") {
  World world(2, 1.0, OwnVote::Alone);
  world.say("self", "UD");
  CHECK(world.agreed() == "UD");
  world.say("eu", "");  // who has no word yet
  CHECK(world.state("self") == VantageState::Counts);
  world.say("eu", "DU");
  CHECK(world.state("self") == VantageState::Spare);
  CHECK(world.agreed() == "DU");
  world.now += kFreshFor + seconds(1);
  world.consensus.tick(world.now);
  CHECK(world.state("self") == VantageState::Counts);
  CHECK(world.agreed() == "UD");
}

TEST_CASE("of a single target nobody can tell who is cut off", "[health][consensus]") {
  World world(1, 1.0);
  world.say("self", "U");
  world.say("eu", "D");
  CHECK(world.state("eu") == VantageState::Counts);
  CHECK(world.agreed() == "D");
}

TEST_CASE("a whole report takes back what it does not say", "[health][consensus]") {
  World world(2, 1.0);
  world.say("self", "UU");
  world.say("eu", "DU");
  world.say("eu", "-U", Extent::Whole);
  CHECK(world.agreed() == "UU");
  CHECK(world.consensus.votes_of("eu").size() == 1);
}

TEST_CASE("who listens hears what is agreed, not what is said", "[health][consensus]") {
  World world(2);
  for (const char* vantage : {"self", "eu", "us"}) world.say(vantage, "UU");
  world.events.clear();
  world.say("eu", "D-");
  CHECK(world.events.empty());
  world.say("us", "D-");
  CHECK(world.events == std::vector<std::pair<TargetId, Change>>{{world.id(0), Change::Verdict}});
  CHECK(world.of(0).since == world.now);
  CHECK(world.of(0).up == 1);
  CHECK(world.of(0).counted == 3);
}

TEST_CASE("the earliest change is that of the vantage that is nearest to one",
          "[health][consensus]") {
  World world(1);
  world.say("self", "U");
  CHECK(world.of(0).settled_seconds == 5);  // its interval
  world.say("eu", "U");
  CHECK(world.of(0).settled_seconds == 5);
  CHECK(world.consensus.votes_on(world.id(0))[1].vote.settled_seconds == 7);
}

TEST_CASE("what was said of a target before it was there counts when it is",
          "[health][consensus]") {
  World world(2, 1.0);
  world.say("self", "UU");
  world.say("eu", "DU");
  CHECK(world.agreed() == "DU");
  static_cast<void>(world.consensus.own().set_targets({}));
  const auto ids = world.consensus.own().set_targets(world.targets());
  CHECK(world.consensus.of(ids[0]).verdict == Verdict::Down);
  CHECK(world.consensus.of(ids[1]).verdict == Verdict::Up);
}

TEST_CASE("equal targets have one key, whatever they are called, and others have others",
          "[health][consensus]") {
  model::Monitor monitor = tcp_monitor();
  const TargetKey key = key_of(target_of(monitor));
  monitor.name = "other";
  CHECK(key_of(target_of(monitor)) == key);
  CHECK(key_of(target_of(monitor, "192.0.2.2")) != key);
  monitor.quorum = 0.75;
  CHECK(key_of(target_of(monitor)) != key);
  monitor.quorum = 0.5;
  monitor.fall = 9;
  CHECK(key_of(target_of(monitor)) != key);
}
