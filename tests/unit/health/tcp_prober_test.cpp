#include "catch.hpp"
#include "fixture.hpp"
#include "peer.hpp"
#include "probe_bench.hpp"

namespace loadstar::health {
namespace {

model::Monitor talking(std::string send, std::string expect) {
  model::Monitor monitor = tcp_monitor();
  monitor.tcp = {.send = std::move(send), .expect = std::move(expect)};
  return monitor;
}

struct Row {
  const char* what;
  Manners manners;
  const char* send;
  const char* expect;
  milliseconds timeout;
  Outcome outcome;
  const char* text;
};

TEST_CASE("a tcp probe says and hears what the monitor asks for", "[health][tcp]") {
  using enum Manners::Then;
  const std::string hello = "PING\r\n\r\n";
  const std::vector<Row> rows{
      {"answered",
       {"+PONG\r\n", "", StayOpen},
       hello.c_str(),
       "+PONG",
       kAmple,
       Outcome::Success,
       "answer has \"+PONG\""},
      {"only said", {"", "", StayOpen}, hello.c_str(), "", kAmple, Outcome::Success, "connected"},
      {"another answer, and closed",
       {"-LOADING\r\n"},
       hello.c_str(),
       "+PONG",
       kAmple,
       Outcome::WrongBody,
       "no \"+PONG\" in the first 10 bytes of the answer"},
      {"endless",
       {"", std::string(1000, 'x')},
       hello.c_str(),
       "+PONG",
       kAmple,
       Outcome::WrongBody,
       "no \"+PONG\" in the first 65536 bytes of the answer"},
      {"closed", {""}, hello.c_str(), "+PONG", kAmple, Outcome::Closed, "closed without an answer"},
      {"silent",
       {"", "", StayOpen},
       hello.c_str(),
       "+PONG",
       kShort,
       Outcome::Timeout,
       "timeout after 150ms while waiting for the answer"},
      {"another answer, and open",
       {"-LOADING\r\n", "", StayOpen},
       hello.c_str(),
       "+PONG",
       kShort,
       Outcome::Timeout,
       "timeout after 150ms while waiting for the answer"},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    Bench bench;
    const Peer peer(bench.io, row.manners);
    const Result result = bench.probe(talking(row.send, row.expect), peer.address(), row.timeout);
    CHECK(result.outcome == row.outcome);
    CHECK(result.text == row.text);
  }
}

TEST_CASE("an expected text is found where it is cut in two", "[health][tcp]") {
  Bench bench;
  const Peer peer(bench.io, {.answer = "xxre", .endless = "ady re"});
  CHECK(bench.probe(talking("a\r\n\r\n", "ready"), peer.address(), kAmple).outcome ==
        Outcome::Success);
}

}  // namespace
}  // namespace loadstar::health
