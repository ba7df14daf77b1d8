#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include "loadstar/health/agent_report.hpp"

#include "catch.hpp"
#include "fixture.hpp"
#include "probe_bench.hpp"

namespace loadstar::health {
namespace {

using boost::asio::ip::tcp;
using model::ReportedWeight;

struct Row {
  std::string_view report;
  Outcome outcome;
  std::string_view text;
  std::optional<std::uint32_t> percent = {};
};

TEST_CASE("the words of an agent's report", "[health][agent]") {
  const std::vector<Row> rows{
      {"up\n", Outcome::Success, "the agent says \"up\""},
      {"READY", Outcome::Success, "the agent says \"ready\""},
      {"75%\n", Outcome::Success, "the agent says 75% of the weight", 75},
      {"ready up 10%\r\n", Outcome::Success, "the agent says \"up\", 10% of the weight", 10},
      {"up,0% maxconn:30\n", Outcome::Success, "the agent says \"up\", 0% of the weight", 0},
      {"up # no down\n", Outcome::Success, "the agent says \"up\""},
      {"up\ndown\n", Outcome::Success, "the agent says \"up\""},
      {"down\n", Outcome::ReportedDown, "the agent says \"down\""},
      {"stopped\n", Outcome::ReportedDown, "the agent says \"stopped\""},
      {"fail#disk\n", Outcome::ReportedDown, "the agent says \"fail\""},
      {"failed\n", Outcome::ReportedDown, "the agent says \"failed\""},
      {"maint\n", Outcome::ReportedDown, "the agent says \"maint\""},
      {"up drain 50%\n", Outcome::ReportedDown, "the agent says \"drain\""},
      {"\n", Outcome::Malformed, "the agent says nothing"},
      {"", Outcome::Malformed, "the agent says nothing"},
      {"maxconn:3\n", Outcome::Malformed, "the agent says nothing"},
      {"101%\n", Outcome::Malformed, "the agent says something that is no word of its protocol"},
      {"-1%\n", Outcome::Malformed, "the agent says something that is no word of its protocol"},
      {"%\n", Outcome::Malformed, "the agent says something that is no word of its protocol"},
      {"HTTP/1.1 200\n", Outcome::Malformed,
       "the agent says something that is no word of its protocol"},
  };
  for (const auto& [report, outcome, text, percent] : rows) {
    INFO(report);
    const Result result = judge_agent_report(report);
    CHECK(result.outcome == outcome);
    CHECK(result.text == text);
    const auto weight = percent
                            ? std::optional(ReportedWeight{ReportedWeight::Unit::Percent, *percent})
                            : std::nullopt;
    CHECK(result.weight == weight);
  }
}

model::Monitor agent_monitor() {
  model::Monitor monitor = tcp_monitor(5555);
  monitor.type = model::MonitorType::Agent;
  return monitor;
}

/// What an agent that says `report` and hangs up, or stays, comes to.
Result probe_of(const std::string& report, bool hangs_up, milliseconds timeout) {
  Bench bench;
  tcp::acceptor acceptor(bench.io, {boost::asio::ip::address_v4::loopback(), 0});
  tcp::socket agent(bench.io);
  acceptor.async_accept(agent, [&](auto error) {
    REQUIRE_FALSE(error);
    write(agent, boost::asio::buffer(report));
    if (hangs_up) agent.close();
  });
  const auto port = acceptor.local_endpoint().port();
  return bench.probe(agent_monitor(), {*base::Address::parse("127.0.0.1"), port}, timeout);
}

TEST_CASE("an agent's report is read to the end of its line", "[health][agent]") {
  CHECK(probe_of("ready 50%\n", true, kAmple).text ==
        "the agent says \"ready\", 50% of the weight");
  CHECK(probe_of("up\n", false, kAmple).outcome == Outcome::Success);
  CHECK(probe_of("drain", true, kAmple).outcome == Outcome::ReportedDown);
  CHECK(probe_of("", true, kAmple).text == "closed without a report");
  CHECK(probe_of("up", false, kShort).text == "timeout after 150ms while waiting for the report");
  CHECK(probe_of(std::string(2000, 'x'), false, kAmple).text == "the report has no end");
}

}  // namespace
}  // namespace loadstar::health
