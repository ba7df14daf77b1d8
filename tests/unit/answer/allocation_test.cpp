// The query path allocates nothing: every allocation of this program is counted while answers are
// made.
#include <map>
#include <string>
#include <vector>

#include "answer_world.hpp"
#include "catch.hpp"
#include "count_allocations.hpp"

using namespace loadstar;
using loadstar::test::allocations;
using test::Question;

TEST_CASE("an answer allocates nothing", "[answer]") {
  test::AnswerWorld world(std::map<std::string, std::string>{{"example.json", R"({
    "zone": "example.",
    "areas": { "office": { "cidrs": ["203.0.113.0/24"] } },
    "pools": { "one": { "endpoints": [ { "a": "192.0.2.1" }, { "a": "192.0.2.2" } ] },
               "weighted": { "balance": "weighted", "answers": 2, "endpoints": [ { "a": "192.0.2.1" }, { "a": "192.0.2.2" } ] },
               "hashed": { "balance": "ip-hash", "endpoints": [ { "a": "192.0.2.1" }, { "a": "192.0.2.2" } ] } },
    "policies": { "www": { "types": ["A", "AAAA", "HTTPS"], "rules": [ { "match": { "areas": ["office"] }, "method": "weighted", "pools": ["one", "hashed"] },
                                      { "method": "sticky", "pools": ["weighted", "one"] } ] },
                  "hashed": { "rules": [ { "method": "round-robin", "pools": ["hashed", "one"] } ] } },
    "records": { "@": { "NS": "ns1", "MX": "10 ns1" }, "ns1": { "A": "192.0.2.53" },
                 "www": { "steer": "www" }, "hashed": { "steer": "hashed" }, "*.wild": { "CNAME": "www" },
                 "old": { "DNAME": "wild.example." }, "cut": { "NS": "ns.cut" }, "ns.cut": { "A": "192.0.2.9" } } })"}});
  answer::Responder responder(world.board, {"node"}, 1);
  responder.refresh({});

  std::vector<test::Bytes> queries;
  for (const char* name :
       {"example.", "ns1.example.", "www.example.", "hashed.example.", "a.wild.example.",
        "x.old.example.", "a.cut.example.", "nothing.example.", "other."}) {
    for (const char* type : {"A", "AAAA", "MX", "NS", "ANY", "HTTPS", "TXT"}) {
      for (const char* subnet : {"", "203.0.113.0/24", "2001:db8::/48"}) {
        Question question;
        question.name = name;
        question.type = type;
        question.subnet = subnet;
        question.nsid = *subnet != '\0';
        queries.push_back(test::make_query(question));
      }
    }
  }
  queries.push_back(test::Bytes(5));   // dropped
  queries.push_back(test::Bytes(30));  // FORMERR
  test::Bytes buffer(65'535);

  for (const auto transport : {answer::Transport::Udp, answer::Transport::Tcp}) {
    const std::size_t before = allocations;
    for (const test::Bytes& query : queries) {
      std::copy(query.begin(), query.end(), buffer.begin());
      responder.refresh({});
      (void)responder.respond({buffer, query.size(), base::Address::v4(0xcb007109), transport});
    }
    const std::size_t after = allocations;
    CHECK(after - before == 0);
  }
  REQUIRE(allocations > 0);  // the counter counts
}
