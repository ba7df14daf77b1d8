#include "loadstar/answer/explain.hpp"

#include <algorithm>
#include <map>
#include <string>

#include "loadstar/wire/types.hpp"

#include "answer_world.hpp"
#include "catch.hpp"

using namespace loadstar;
using steer::Liveness;

namespace {

test::AnswerWorld world() {
  return test::AnswerWorld(std::map<std::string, std::string>{{"example.json", R"({
    "zone": "example.",
    "pools": { "one": { "endpoints": [ { "id": "a", "a": "192.0.2.1", "aaaa": "2001:db8::1" } ] },
               "two": { "endpoints": [ { "id": "b", "a": "192.0.2.2" } ] } },
    "policies": { "www": { "rules": [ { "name": "office", "match": { "cidrs": ["203.0.113.0/24"] }, "pools": ["two"] },
                                      { "name": "world", "pools": ["one", "two"] } ] } },
    "records": { "@": { "NS": "ns1" }, "ns1": { "A": "192.0.2.53" }, "www": { "steer": "www" },
                 "alias": { "CNAME": "www" }, "*.wild": { "steer": "www" }, "cut": { "NS": "ns1" } } })"}});
}

answer::Explanation ask(const test::AnswerWorld& world, std::string_view name,
                        std::string_view type, std::string_view client) {
  const steer::Client from{*base::Address::parse(client), 24};
  return answer::explain(*world.board.load(), *wire::Name::parse(name, {}), *wire::parse_type(type),
                         from, 1);
}

bool tells(const answer::Explanation& explanation, std::string_view what) {
  return std::ranges::any_of(explanation.steps, [&](const steer::ExplainStep& step) {
    return (step.text + " " + step.detail).find(what) != std::string::npos;
  });
}

}  // namespace

TEST_CASE("an explanation ends as the answer does", "[answer][explain]") {
  const test::AnswerWorld names = world();
  struct Row {
    const char* name;
    const char* type;
    const char* outcome;
    const char* says;
  };
  const Row row = GENERATE(values<Row>({
      {"other.", "A", "refused", "outside every zone"},
      {"nope.example.", "A", "no such name", "does not exist in the zone example."},
      {"x.cut.example.", "A", "referral", "is delegated at cut.example."},
      {"ns1.example.", "A", "answer", "1 static record, the same for every client"},
      {"ns1.example.", "MX", "no data", "there is no such type"},
      {"x.wild.example.", "A", "answer", "from the wildcard *.wild.example."},
      {"www.example.", "MX", "no data", "there is no such type"},
  }));
  CAPTURE(row.name, row.type);
  const answer::Explanation explanation = ask(names, row.name, row.type, "198.51.100.1");
  CHECK(explanation.outcome == row.outcome);
  CHECK(tells(explanation, row.says));
}

TEST_CASE("an explanation follows an alias into the policy", "[answer][explain]") {
  test::AnswerWorld names = world();
  const auto office = ask(names, "alias.example.", "A", "203.0.113.9");
  CHECK(office.answer == std::vector<std::string>{"CNAME www.example.", "192.0.2.2"});
  CHECK(office.scope_bits == 24);
  CHECK(office.ttl == 60);
  CHECK(ask(names, "www.example.", "AAAA", "198.51.100.1").answer ==
        std::vector<std::string>{"2001:db8::1"});

  names.set("one", "a", Liveness::Down);
  const auto moved = ask(names, "www.example.", "A", "198.51.100.1");
  CHECK(moved.answer == std::vector<std::string>{"192.0.2.2"});
  const bool rejected = std::ranges::any_of(moved.steps, [](const steer::ExplainStep& step) {
    return step.mark == steer::Mark::Rejected && step.text.find("one") != std::string::npos;
  });
  CHECK(rejected);
}
