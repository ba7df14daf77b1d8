// The fast path against the slow one: a query with the Z bit set (RFC 1035 4.1.1) is not plain, and
// has the same answer.
#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "answer_world.hpp"
#include "catch.hpp"
#include "paths.hpp"

using namespace loadstar;
using test::Answer;
using test::AnswerWorld;
using test::Question;

namespace {

constexpr const char* kJson = R"({ "zone": "example.", "ttl": 60,
  "regions": { "fra": { "lat": 50, "lon": 8 }, "icn": { "lat": 37, "lon": 126 } },
  "pools": {
    "fra": { "region": "fra", "endpoints": [ { "id": "a", "a": "192.0.2.1", "aaaa": "2001:db8::1" }, { "id": "b", "a": "192.0.2.2", "aaaa": "2001:db8::2" } ] },
    "icn": { "region": "icn", "endpoints": [ { "id": "c", "a": "192.0.2.3" } ] },
    "weighted": { "balance": "weighted", "endpoints": [ { "id": "x", "a": "192.0.2.4", "weight": 3 }, { "id": "y", "a": "192.0.2.5" } ] },
    "hashed": { "balance": "ip-hash", "endpoints": [ { "id": "p", "a": "192.0.2.6" }, { "id": "q", "a": "192.0.2.7" } ] },
    "named": { "endpoints": [ { "id": "n", "cname": "www.example." } ] },
    "many": { "endpoints": [
      { "a": "10.0.0.1" }, { "a": "10.0.0.2" }, { "a": "10.0.0.3" }, { "a": "10.0.0.4" }, { "a": "10.0.0.5" }, { "a": "10.0.0.6" },
      { "a": "10.0.0.7" }, { "a": "10.0.0.8" }, { "a": "10.0.0.9" }, { "a": "10.0.1.0" }, { "a": "10.0.1.1" }, { "a": "10.0.1.2" },
      { "a": "10.0.1.3" }, { "a": "10.0.1.4" }, { "a": "10.0.1.5" }, { "a": "10.0.1.6" }, { "a": "10.0.1.7" }, { "a": "10.0.1.8" },
      { "a": "10.0.2.3" }, { "a": "10.0.2.4" }, { "a": "10.0.2.5" }, { "a": "10.0.2.6" }, { "a": "10.0.2.7" }, { "a": "10.0.2.8" },
      { "a": "10.0.3.3" }, { "a": "10.0.3.4" }, { "a": "10.0.3.5" }, { "a": "10.0.3.6" }, { "a": "10.0.3.7" }, { "a": "10.0.3.8" } ] }
  },
  "policies": {
    "geo": { "rules": [ { "method": "nearest", "pools": ["fra", "icn"] } ] },
    "shared": { "rules": [ { "method": "weighted", "pools": ["fra", "icn"] } ] },
    "turns": { "rules": [ { "method": "round-robin", "pools": ["fra", "icn"] } ] },
    "sticky": { "rules": [ { "method": "sticky", "pools": ["fra", "icn"] } ] },
    "https": { "types": ["A", "AAAA", "HTTPS"], "rules": [ { "pools": ["fra"] } ] },
    "refusing": { "no_match": "refused", "rules": [ { "match": { "countries": ["KR"] }, "pools": ["fra"] } ] },
    "silent": { "no_match": "nodata", "rules": [ { "match": { "countries": ["KR"] }, "pools": ["fra"] } ] },
    "failing": { "on_all_down": "servfail", "rules": [ { "pools": ["icn"] } ] }
  },
  "records": {
    "@": { "NS": "ns1", "steer": "geo" }, "ns1": { "A": "192.0.2.53" }, "www": { "A": ["192.0.2.1", "192.0.2.2"], "TXT": "\"text\"" },
    "geo": { "ttl": { "min": 10, "max": 300 }, "steer": "geo" }, "shared": { "steer": "shared" }, "turns": { "steer": "turns" },
    "sticky": { "steer": "sticky" }, "https": { "steer": "https" }, "refusing": { "steer": "refusing" }, "silent": { "steer": "silent" },
    "failing": { "steer": "failing" }, "weighted": { "steer": { "rules": [ { "pools": ["weighted"] } ] } }, "hashed": { "steer": { "rules": [ { "pools": ["hashed"] } ] } }, "named": { "steer": { "rules": [ { "pools": ["named"] } ] } },
    "many": { "steer": { "rules": [ { "pools": ["many"] } ] } },
    "alias": { "CNAME": "www" }, "mail": { "MX": "10 www" }, "deep.ent": { "A": "192.0.2.9" }, "*.wild": { "A": "192.0.2.10" },
    "redirected": { "DNAME": "wild" }, "cut": { "NS": "ns.cut" }, "ns.cut": { "A": "192.0.2.54" }
  } })";

struct Pair {
  AnswerWorld fast{std::map<std::string, std::string>{{"example.json", kJson}},
                   {(test::source_folder() / "geoip").string()}};
  AnswerWorld slow{std::map<std::string, std::string>{{"example.json", kJson}},
                   {(test::source_folder() / "geoip").string()}};

  Answer compare(Question question) {
    CAPTURE(question.name, question.type, question.subnet, question.payload);
    const Answer expected = fast.ask(question);
    question.flags |= 0x0040;
    const Answer answer = slow.ask(question);
    CHECK(answer.bytes == expected.bytes);
    CHECK(answer.reason == expected.reason);
    return expected;
  }
};

Question with_cookie(Question question, test::Bytes cookie) {
  question.subnet = "203.0.113.0/24";
  question.options = {{10, std::move(cookie)}};
  return question;
}

}  // namespace

TEST_CASE("fast and slow path give the same answers", "[answer][plain]") {
  Pair pair;
  const std::vector<std::string> names{"",
                                       "ns1.",
                                       "www.",
                                       "WwW.",
                                       "geo.",
                                       "shared.",
                                       "turns.",
                                       "sticky.",
                                       "https.",
                                       "refusing.",
                                       "silent.",
                                       "failing.",
                                       "weighted.",
                                       "hashed.",
                                       "named.",
                                       "many.",
                                       "alias.",
                                       "mail.",
                                       "deep.ent.",
                                       "ent.",
                                       "x.wild.",
                                       "wild.",
                                       "redirected.",
                                       "x.redirected.",
                                       "cut.",
                                       "x.cut.",
                                       "ns.cut.",
                                       "nothing.",
                                       "far.below.nothing.",
                                       "x.www.",
                                       std::string(60, 'n') + ".",
                                       std::string(40, 'n') + "." + std::string(40, 'm') + "."};
  const std::vector<std::string> subnets{"",
                                         "203.0.113.0/24",
                                         "198.51.100.0/24",
                                         "192.0.2.0/24",
                                         "2001:db8::/48",
                                         "::ffff:203.0.113.0/120",
                                         "203.0.113.0/20",
                                         "203.0.113.7/32",
                                         "0.0.0.0/0"};
  const bool down = GENERATE(false, true);
  if (down) {
    for (AnswerWorld* world : {&pair.fast, &pair.slow}) {
      world->set("icn", "c", steer::Liveness::Down);
      world->set("fra", "a", steer::Liveness::Down);
    }
  }
  const auto transport = GENERATE(answer::Transport::Udp, answer::Transport::Tcp);
  for (const std::string& name : names) {
    for (const char* type : {"A", "AAAA", "TXT", "SOA", "NS", "CNAME", "HTTPS", "DS", "ANY"}) {
      Question question{.name = name + "example.", .type = type};
      question.transport = transport;
      for (const char* resolver : {"203.0.113.9", "2001:db8:1000::9"}) {
        question.resolver = resolver;
        pair.compare(question);
      }
      for (const int payload : {0, 512, 700, 1232, 65'535}) {
        question.payload = static_cast<std::uint16_t>(payload);
        pair.compare(question);
      }
      question.dnssec_ok = true;
      const Answer made = pair.compare(with_cookie(question, test::Bytes(8, 7)));
      const test::Bytes cookie = made.options.find(10)->second;
      for (const test::Bytes& sent : {cookie, test::Bytes(24, 7), test::Bytes(40, 7)})
        pair.compare(with_cookie(question, sent));
      for (const std::string& subnet : subnets) {
        question.subnet = subnet;
        pair.compare(question);
      }
    }
  }
}

TEST_CASE("queries that come together have the answers that they have alone", "[answer][plain]") {
  Pair pair;
  std::vector<test::Bytes> queries;
  for (const char* name : {"geo.", "www.", "nothing.", "x.wild.", "alias.", "many.", "hashed."})
    for (const char* type : {"A", "AAAA", "TXT"})
      for (const char* subnet : {"", "203.0.113.0/24", "2001:db8::/48", "::ffff:203.0.113.0/120"})
        queries.push_back(test::make_query(
            {.name = std::string(name) + "example.", .type = type, .subnet = subnet}));
  // Not plain, and not to be answered.
  queries[1][2] |= 0x40;
  queries[4][2] |= 0x80;
  queries[9].resize(11);
  queries[13].resize(20);
  queries[16] = {};
  const std::size_t together = GENERATE(std::size_t{1}, std::size_t{7}, answer::kMostAtOnce);
  for (std::size_t start = 0; start < queries.size(); start += together) {
    const auto end = std::min(start + together, queries.size());
    const std::vector<test::Bytes> batch(queries.begin() + static_cast<std::ptrdiff_t>(start),
                                         queries.begin() + static_cast<std::ptrdiff_t>(end));
    const std::vector<test::Bytes> answers = pair.fast.send_together(batch);
    for (std::size_t i = 0; i < batch.size(); ++i) {
      CAPTURE(start + i);
      CHECK(answers[i] == pair.slow.send(batch[i]).bytes);
    }
  }
}
