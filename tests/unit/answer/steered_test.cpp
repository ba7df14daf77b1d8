// Steered names: that the chosen pool's endpoints become records with the right scope and TTL. How
// a pool is chosen is tested in steer.
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "answer_world.hpp"
#include "catch.hpp"

using namespace loadstar;
using steer::Liveness;
using test::Answer;
using test::AnswerWorld;
using test::Question;
using Lines = std::vector<std::string>;

namespace {

constexpr const char* kZone = R"({
  "zone": "example.", "ttl": 60,
  "areas": { "office": { "cidrs": ["203.0.113.0/24", "2001:db8:42::/48"] } },
  "pools": {
    "one": { "endpoints": [ { "id": "a", "a": "192.0.2.1", "aaaa": "2001:db8::1" }, { "id": "b", "a": "192.0.2.2", "aaaa": "2001:db8::2" } ] },
    "two": { "endpoints": [ { "id": "c", "a": "198.51.100.1" } ] },
    "three": { "endpoints": [ { "id": "t", "a": "203.0.113.1", "aaaa": "2001:db8:3::1" } ] },
    "weighted": { "balance": "weighted", "endpoints": [ { "id": "x", "a": "192.0.2.3", "weight": 3 }, { "id": "y", "a": "192.0.2.4", "weight": 1 } ] },
    "hashed": { "balance": "ip-hash", "endpoints": [ { "id": "p", "a": "192.0.2.5" }, { "id": "q", "a": "192.0.2.6" }, { "id": "r", "a": "192.0.2.7" } ] },
    "named": { "endpoints": [ { "id": "n", "cname": "cdn.example.net." } ] },
    "inside": { "endpoints": [ { "id": "n", "cname": "www.example." } ] }
  },
  "policies": {
    "www": { "rules": [ { "match": { "areas": ["office"] }, "pools": ["two", "one"] }, { "pools": ["one", "two"] } ] },
    "weighted": { "rules": [ { "pools": ["weighted"] } ] },
    "hashed": { "rules": [ { "pools": ["hashed"] } ] },
    "named": { "rules": [ { "pools": ["named"] } ] },
    "inside": { "rules": [ { "pools": ["inside"] } ] },
    "https": { "types": ["A", "AAAA", "HTTPS"], "https": { "alpn": ["h2"], "port": 8443 }, "rules": [ { "pools": ["one"] } ] },
    "picky": { "no_match": "refused", "rules": [ { "match": { "areas": ["office"] }, "pools": ["one"] } ] },
    "silent": { "no_match": "nodata", "rules": [ { "match": { "areas": ["office"] }, "pools": ["one"] } ] },
    "shared": { "types": ["A", "AAAA", "HTTPS"], "rules": [ { "method": "weighted", "pools": ["one", "three"] } ] },
    "taken-in-turn": { "types": ["A", "AAAA", "HTTPS"], "rules": [ { "method": "round-robin", "pools": ["one", "three"] } ] },
    "failing": { "on_all_down": "servfail", "rules": [ { "pools": ["one"] } ] }
  },
  "records": {
    "@": { "NS": "ns1", "steer": "www" }, "ns1": { "A": "192.0.2.53" },
    "www": { "ttl": 30, "steer": "www", "TXT": "\"static beside\"" },
    "*.cdn": { "steer": "www" },
    "alias": { "CNAME": "www" },
    "weighted": { "steer": "weighted" }, "hashed": { "steer": "hashed" },
    "named": { "steer": "named" }, "inside": { "steer": "inside" }, "https": { "steer": "https" },
    "picky": { "steer": "picky" }, "silent": { "steer": "silent" }, "failing": { "steer": "failing" },
    "shared": { "steer": "shared" }, "taken-in-turn": { "steer": "taken-in-turn" },
    "follows": { "ttl": { "min": 10, "max": 300 }, "steer": "www" }
  } })";

using Files = std::map<std::string, std::string>;

AnswerWorld world() { return AnswerWorld(Files{{"example.json", kZone}}); }

Question question(std::string name, std::string subnet = {}, std::string type = "A") {
  Question asked;
  asked.name = std::move(name);
  asked.subnet = std::move(subnet);
  asked.type = std::move(type);
  return asked;
}

std::set<std::string> set_of(const Lines& lines) { return {lines.begin(), lines.end()}; }

const std::set<std::string> kOne{"www.example. 30 IN A 192.0.2.1",
                                 "www.example. 30 IN A 192.0.2.2"};

}  // namespace

TEST_CASE("a steered name answers with the pool of the client's rule", "[answer][rfc7871]") {
  AnswerWorld steered = world();
  SECTION("by the client subnet") {
    const Answer office = steered.ask(question("www.example.", "203.0.113.0/24"));
    CHECK(office.answer == Lines{"www.example. 30 IN A 198.51.100.1"});
    CHECK(office.flags == "qr aa rd");
    CHECK(office.subnet == "203.0.113.0/24/24");
    const Answer other = steered.ask(question("www.example.", "198.51.100.0/24"));
    CHECK(set_of(other.answer) == kOne);
    // 203.0.113.0/24 is 11001011…: 198.51.100.0 parts from it at the fifth bit.
    CHECK(other.subnet == "198.51.100.0/24/5");
  }
  SECTION("by the resolver when there is no subnet") {
    Question asked = question("www.example.");
    asked.resolver = "203.0.113.9";
    CHECK(steered.ask(asked).answer == Lines{"www.example. 30 IN A 198.51.100.1"});
    CHECK(steered.ask(asked).subnet.empty());
  }
  SECTION("by the resolver, for everybody, when the source is 0") {
    Question asked = question("www.example.", "0.0.0.0/0");
    asked.resolver = "203.0.113.9";
    const Answer answer = steered.ask(asked);
    CHECK(answer.answer == Lines{"www.example. 30 IN A 198.51.100.1"});
    CHECK(answer.subnet == "0.0.0.0/0/0");
  }
  SECTION("over IPv6") {
    CHECK(steered.ask(question("www.example.", "2001:db8:42::/48")).answer ==
          Lines{"www.example. 30 IN A 198.51.100.1"});
    CHECK(steered.ask(question("www.example.", "2001:db8:42::/48")).subnet ==
          "2001:db8:42::/48/48");
  }
  SECTION("at the apex, through a wildcard and through an alias") {
    CHECK(steered.ask(question("example.")).answer.size() == 2);
    CHECK(set_of(steered.ask(question("x.y.cdn.example.")).answer) ==
          std::set<std::string>{"x.y.cdn.example. 60 IN A 192.0.2.1",
                                "x.y.cdn.example. 60 IN A 192.0.2.2"});
    const Answer alias = steered.ask(question("alias.example.", "203.0.113.0/24"));
    CHECK(alias.answer ==
          Lines{"alias.example. 60 IN CNAME www.example.", "www.example. 30 IN A 198.51.100.1"});
    CHECK(alias.subnet == "203.0.113.0/24/24");
  }
}

TEST_CASE("a type that the chosen pool lacks is NODATA with the same scope", "[answer]") {
  AnswerWorld steered = world();
  CHECK(set_of(steered.ask(question("www.example.", "", "AAAA")).answer) ==
        std::set<std::string>{"www.example. 30 IN AAAA 2001:db8::1",
                              "www.example. 30 IN AAAA 2001:db8::2"});
  const Answer office = steered.ask(question("www.example.", "203.0.113.0/24", "AAAA"));
  CHECK(office.rcode == "NOERROR");
  CHECK(office.answer.empty());
  CHECK(office.authority.size() == 1);
  CHECK(office.subnet == "203.0.113.0/24/24");
}

TEST_CASE("static types beside a steered name are static", "[answer]") {
  AnswerWorld steered = world();
  const Answer text = steered.ask(question("www.example.", "203.0.113.0/24", "TXT"));
  CHECK(text.answer == Lines{"www.example. 30 IN TXT \"static beside\""});
  CHECK(text.subnet == "203.0.113.0/24/0");
  CHECK(steered.ask(question("www.example.", "203.0.113.0/24", "MX")).subnet == "203.0.113.0/24/0");
  CHECK(steered.ask(question("weighted.example.", "", "ANY")).answer ==
        Lines{"weighted.example. 3600 IN HINFO \"RFC8482\" \"\""});
}

TEST_CASE("what health takes away is not answered", "[answer]") {
  AnswerWorld steered = world();
  steered.set("one", "a", Liveness::Down);
  CHECK(steered.ask("www.example.").answer == Lines{"www.example. 30 IN A 192.0.2.2"});
  steered.set("one", "b", Liveness::Down);
  CHECK(steered.ask("www.example.").answer == Lines{"www.example. 30 IN A 198.51.100.1"});
  CHECK(steered.ask("failing.example.").rcode == "SERVFAIL");
  steered.set("two", "c", Liveness::Down);
  CHECK(set_of(steered.ask("www.example.").answer) == kOne);  // on_all_down: all
  steered.set("one", "a", Liveness::Up);
  CHECK(steered.ask("www.example.").answer == Lines{"www.example. 30 IN A 192.0.2.1"});
}

TEST_CASE("the scope of a name does not move with health", "[answer][rfc7871]") {
  AnswerWorld steered = world();
  for (const char* endpoint : {"a", "b"}) {
    steered.set("one", endpoint, Liveness::Down);
    CHECK(steered.ask(question("www.example.", "203.0.113.0/24")).subnet == "203.0.113.0/24/24");
    CHECK(steered.ask(question("www.example.", "198.51.100.0/24")).subnet == "198.51.100.0/24/5");
  }
}

TEST_CASE("a weighted pool answers one endpoint, as often as its weight says", "[answer]") {
  AnswerWorld steered = world();
  std::map<std::string, int> seen;
  for (int i = 0; i < 4000; ++i) {
    const Answer answer = steered.ask("weighted.example.");
    REQUIRE(answer.answer.size() == 1);
    ++seen[answer.answer[0]];
  }
  // 3:1 of 4,000: the standard deviation is 27; five of them is the tolerance.
  CHECK(std::abs(seen["weighted.example. 60 IN A 192.0.2.3"] - 3000) < 140);
  CHECK(seen.size() == 2);
}

TEST_CASE("turns go round for each type by itself", "[answer]") {
  AnswerWorld steered = world();
  std::map<std::string, int> first;
  for (int i = 0; i < 10; ++i) {  // as a client with two address families asks
    ++first[steered.ask("www.example.").answer.at(0)];
    ++first[steered.ask(question("www.example.", "", "AAAA")).answer.at(0)];
  }
  CHECK(first["www.example. 30 IN A 192.0.2.1"] == 5);
  CHECK(first["www.example. 30 IN A 192.0.2.2"] == 5);
  CHECK(first["www.example. 30 IN AAAA 2001:db8::1"] == 5);
}

TEST_CASE("all types of one client come from one pool where pools are drawn", "[answer]") {
  auto tested = world();
  const auto is_three = [&](const std::string& name, const std::string& subnet,
                            const std::string& type) {
    const Answer answer = tested.ask(question(name, subnet, type));
    REQUIRE(!answer.answer.empty());
    return answer.answer[0].find(type == "A" ? "203.0.113.1" : "2001:db8:3::1") !=
           std::string::npos;
  };
  for (const std::string name : {"shared.example.", "taken-in-turn.example."}) {
    int threes = 0;
    constexpr int kClients = 200;
    for (int i = 0; i < kClients; ++i) {
      const std::string subnet = "10.0." + std::to_string(i) + ".0/24";
      CAPTURE(name, subnet);
      const bool drawn = is_three(name, subnet, "A");
      CHECK(is_three(name, subnet, "AAAA") == drawn);
      CHECK(is_three(name, subnet, "HTTPS") == drawn);
      threes += drawn ? 1 : 0;
    }
    CHECK(threes > kClients / 4);
    CHECK(threes < kClients * 3 / 4);
  }
}

TEST_CASE("a hashed pool answers a subnet always alike, and says so in the scope", "[answer]") {
  AnswerWorld steered = world();
  std::set<std::string> all;
  for (int i = 0; i < 64; ++i) {
    const std::string subnet = "10.0." + std::to_string(i) + ".0/24";
    const Answer first = steered.ask(question("hashed.example.", subnet));
    CHECK(first.subnet == subnet + "/24");
    CHECK(steered.ask(question("hashed.example.", subnet)).answer == first.answer);
    all.insert(first.answer[0]);
  }
  CHECK(all.size() == 3);
}

TEST_CASE("endpoints that are names become a CNAME", "[answer]") {
  AnswerWorld steered = world();
  for (const char* type : {"A", "AAAA", "CNAME", "TXT"}) {
    CHECK(steered.ask(question("named.example.", "", type)).answer ==
          Lines{"named.example. 60 IN CNAME cdn.example.net."});
  }
  CHECK(steered.ask("inside.example.").answer.size() == 3);  // followed within the zone
}

TEST_CASE("HTTPS is answered when it is asked for, with the pool's addresses as hints",
          "[answer][rfc9460]") {
  AnswerWorld steered = world();
  const Answer answer = steered.ask(question("https.example.", "", "HTTPS"));
  REQUIRE(answer.answer.size() == 1);
  const std::string& line = answer.answer[0];
  CAPTURE(line);
  CHECK(line.starts_with("https.example. 60 IN HTTPS 1 . alpn=h2 port=8443 ipv4hint="));
  CHECK(line.find("192.0.2.1") != std::string::npos);
  CHECK(line.find("2001:db8::2") != std::string::npos);
  CHECK(steered.ask(question("www.example.", "", "HTTPS")).answer.empty());
}

TEST_CASE("a client that no rule matches gets what the policy says", "[answer]") {
  AnswerWorld steered = world();
  CHECK(steered.ask(question("picky.example.", "198.51.100.0/24")).rcode == "REFUSED");
  CHECK(steered.ask(question("picky.example.", "203.0.113.0/24")).rcode == "NOERROR");
  const Answer silent = steered.ask(question("silent.example.", "198.51.100.0/24"));
  CHECK(silent.rcode == "NOERROR");
  CHECK(silent.authority.size() == 1);
}

TEST_CASE("a TTL with two ends follows health", "[answer]") {
  AnswerWorld steered = world();
  const auto ttl = [&] {
    const std::string line = steered.ask("follows.example.").answer.at(0);
    return line.substr(0, line.find(" IN"));
  };
  CHECK(ttl() == "follows.example. 300");
  steered.set_settled("one", 40);
  CHECK(ttl() == "follows.example. 40");
  steered.set_settled("one", 3);
  CHECK(ttl() == "follows.example. 10");
}
