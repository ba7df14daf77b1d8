// ACME challenges beside a zone.
#include <map>
#include <string>
#include <vector>

#include "loadstar/answer/challenges.hpp"

#include "answer_world.hpp"
#include "catch.hpp"

using namespace loadstar;
using answer::Challenge;
using test::Answer;
using test::AnswerWorld;
using Lines = std::vector<std::string>;

namespace {

wire::Name name(std::string_view text) { return wire::Name::parse(text, {})->lowered(); }

AnswerWorld make_world() {
  return AnswerWorld(std::map<std::string, std::string>{
      {"example.json", R"({ "zone": "example.com", "ttl": 60, "records": {
    "@": { "NS": "ns1" }, "ns1": { "A": "192.0.2.53" }, "www": { "A": "192.0.2.1" },
    "_acme-challenge.own": { "TXT": "own" }, "_acme-challenge.led": { "CNAME": "x.example.net." },
    "*.wild": { "A": "192.0.2.7" }, "cut": { "NS": "ns.example.net." },
    "moved": { "DNAME": "example.net." } } })"}});
}

void take_up(AnswerWorld& world, const std::vector<Challenge>& challenges) {
  world.challenges = std::make_shared<const answer::Challenges>(challenges);
  world.publish();
}

constexpr const char* kAtWww = "_acme-challenge.www.example.com.";

}  // namespace

TEST_CASE("a challenge answers as any TXT record does", "[answer][acme]") {
  AnswerWorld world = make_world();
  CHECK(world.ask(kAtWww, "TXT").rcode == "NXDOMAIN");
  take_up(world, {{name(kAtWww), "token-1", 10}, {name(kAtWww), "token-2", 10}});
  const Answer answer = world.ask("_ACME-Challenge.www.example.com.", "TXT");
  CHECK(answer.rcode == "NOERROR");
  CHECK(answer.flags == "qr aa rd");
  CHECK(answer.answer == Lines{"_ACME-Challenge.www.example.com. 10 IN TXT \"token-1\"",
                               "_ACME-Challenge.www.example.com. 10 IN TXT \"token-2\""});
  CHECK(world.ask("www.example.com.").answer == Lines{"www.example.com. 60 IN A 192.0.2.1"});

  world.challenges = nullptr;
  world.publish();
  CHECK(world.ask(kAtWww, "TXT").rcode == "NXDOMAIN");
}

TEST_CASE("a name with a challenge exists, and so do those above it", "[answer][acme][rfc8020]") {
  AnswerWorld world = make_world();
  take_up(world, {{name("_acme-challenge.a.b.example.com."), "token", 10}});
  for (const char* text :
       {"_acme-challenge.a.b.example.com.", "a.b.example.com.", "b.example.com."}) {
    INFO(text);
    const Answer answer = world.ask(text, "A");
    CHECK(answer.rcode == "NOERROR");
    CHECK(answer.answer.empty());
    CHECK(answer.authority.size() == 1);
  }
  CHECK(world.ask("c.b.example.com.").rcode == "NXDOMAIN");
}

TEST_CASE("a challenge joins what the zone has, and does not end a wildcard", "[answer][acme]") {
  AnswerWorld world = make_world();
  take_up(world, {{name("_acme-challenge.own.example.com."), "token", 60},
                  {name("_acme-challenge.a.wild.example.com."), "token", 10}});
  CHECK(world.ask("_acme-challenge.own.example.com.", "TXT").answer.size() == 2);
  CHECK(world.ask("a.wild.example.com.").answer == Lines{"a.wild.example.com. 60 IN A 192.0.2.7"});
  CHECK(world.ask("_acme-challenge.a.wild.example.com.", "TXT").answer.size() == 1);
  CHECK(world.ask("_acme-challenge.a.wild.example.com.").answer.empty());
  CHECK(world.ask("_acme-challenge.b.wild.example.com.").answer.size() == 1);
}

TEST_CASE("challenges that do not fit are truncated over UDP", "[answer][acme]") {
  AnswerWorld world = make_world();
  std::vector<Challenge> challenges;
  for (int i = 0; i < 20; ++i)
    challenges.push_back({name(kAtWww), std::to_string(100 + i) + std::string(40, 'x'), 10});
  take_up(world, challenges);
  const Answer answer = world.ask(kAtWww, "TXT");
  CHECK(answer.flags == "qr aa tc rd");
  CHECK(answer.answer.empty());
}

TEST_CASE("a challenge stands only where it is ours to answer", "[answer][acme]") {
  const AnswerWorld world = make_world();
  const auto problem = [&](std::string_view text) {
    return answer::problem_of_challenge(*world.snapshot, name(text)).value_or("");
  };
  CHECK(problem(kAtWww).empty());
  CHECK(problem("_acme-challenge.new.example.com.").empty());
  CHECK(problem("_acme-challenge.own.example.com.").empty());
  CHECK(problem("_acme-challenge.example.net.") ==
        "\"_acme-challenge.example.net.\" is in no zone that is served here");
  CHECK(problem("_acme-challenge.cut.example.com.") ==
        "\"_acme-challenge.cut.example.com.\" is delegated at cut.example.com.");
  CHECK(problem("_acme-challenge.moved.example.com.") ==
        "\"_acme-challenge.moved.example.com.\" is renamed by the DNAME at moved.example.com.");
  CHECK(problem("_acme-challenge.led.example.com.") ==
        "\"_acme-challenge.led.example.com.\" is a CNAME: the challenge belongs where it leads");
}
