#include "loadstar/health/dns_check.hpp"

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>
#include <string_view>

#include "loadstar/wire/bytes.hpp"
#include "loadstar/wire/name.hpp"
#include "loadstar/wire/types.hpp"

#include "catch.hpp"
#include "fixture.hpp"
#include "probe_bench.hpp"

namespace loadstar::health {
namespace {

using Bytes = std::vector<std::uint8_t>;
using Match = model::DnsExpectation::Match;

constexpr std::uint16_t kId = 0x1234;

model::DnsCheck asking(std::string type, std::vector<std::string> rdata = {},
                       Match match = Match::AnyOf) {
  model::DnsCheck check;
  check.query = {.name = "www.example.com.", .type = std::move(type)};
  for (std::string& text : rdata) check.expect.rdata.push_back({std::move(text)});
  check.expect.match = match;
  return check;
}

/// An answer to a query: its question, and records that are added.
struct Answer {
  Bytes bytes;

  explicit Answer(std::span<const std::uint8_t> query, std::uint16_t flags = 0x8400)
      : bytes(query.begin(), query.end()) {
    wire::write_u16(&bytes[2], flags);
  }
  void add(std::uint16_t type, const Bytes& rdata) {
    bytes.insert(bytes.end(), {0xc0, 12, 0, static_cast<std::uint8_t>(type), 0, 1, 0, 0, 0, 60, 0,
                               static_cast<std::uint8_t>(rdata.size())});
    bytes.insert(bytes.end(), rdata.begin(), rdata.end());
    ++bytes[7];
  }
};

Result judged(const DnsCheck& check, const Answer& answer) {
  const auto result = check.judge(answer.bytes);
  REQUIRE(result);
  return *result;
}

TEST_CASE("a query is a header and a question (RFC 1035 4.1)", "[health][dns]") {
  model::DnsCheck asked = asking("AAAA");
  asked.query.recursion = true;
  const auto check = DnsCheck::make(asked, kId);
  REQUIRE(check);
  const auto name = *wire::Name::parse("www.example.com.", {});
  Bytes expected{0x12, 0x34, 0x01, 0, 0, 1, 0, 0, 0, 0, 0, 0};
  expected.insert(expected.end(), name.bytes().begin(), name.bytes().end());
  expected.insert(expected.end(), {0, 28, 0, 1});
  CHECK(std::ranges::equal(check->query(), expected));
}

TEST_CASE("an answer is judged by its code", "[health][dns]") {
  model::DnsCheck asked = asking("A");
  const auto check = *DnsCheck::make(asked, kId);
  CHECK(judged(check, Answer(check.query())).text == "NOERROR");
  const Result wrong = judged(check, Answer(check.query(), 0x8402));
  CHECK(wrong.outcome == Outcome::WrongStatus);
  CHECK(wrong.text == "SERVFAIL, wanted NOERROR");
  asked.expect.rcodes = {3, 5};
  const auto other = *DnsCheck::make(asked, kId);
  CHECK(judged(other, Answer(other.query(), 0x8405)).outcome == Outcome::Success);
  CHECK(judged(other, Answer(other.query(), 0x840f)).text == "RCODE15, wanted NXDOMAIN, REFUSED");
}

struct Row {
  const char* what;
  std::vector<std::string> wanted;
  Match match;
  Outcome outcome;
  const char* text;
};

TEST_CASE("an answer is judged by its data", "[health][dns]") {
  const std::vector<Row> rows{
      {"any", {"192.0.2.1", "192.0.2.9"}, Match::AnyOf, Outcome::Success, "2 A as wanted"},
      {"none", {"192.0.2.9"}, Match::AnyOf, Outcome::WrongBody, "0 of 1 wanted among 2 A"},
      {"all", {"192.0.2.2", "192.0.2.1"}, Match::AllOf, Outcome::Success, "2 A as wanted"},
      {"not all",
       {"192.0.2.1", "192.0.2.9"},
       Match::AllOf,
       Outcome::WrongBody,
       "1 of 2 wanted among 2 A"},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    const auto check = *DnsCheck::make(asking("A", row.wanted, row.match), kId);
    Answer answer(check.query());
    answer.add(wire::type::kCname, {0});
    answer.add(wire::type::kA, {192, 0, 2, 1});
    answer.add(wire::type::kA, {192, 0, 2, 2});
    const Result result = judged(check, answer);
    CHECK(result.outcome == row.outcome);
    CHECK(result.text == row.text);
  }
}

TEST_CASE("names in data match compressed and in any case", "[health][dns]") {
  const auto check = *DnsCheck::make(asking("MX", {"10 Mail.example.COM."}), kId);
  Answer answer(check.query());
  answer.add(wire::type::kMx, {0, 10, 4, 'm', 'A', 'i', 'l', 0xc0, 16});  // 16: example.com
  CHECK(judged(check, answer).outcome == Outcome::Success);
}

TEST_CASE("a truncated answer is one", "[health][dns]") {
  const auto check = *DnsCheck::make(asking("A"), kId);
  CHECK(judged(check, Answer(check.query(), 0x8600)).outcome == Outcome::Success);
  const auto picky = *DnsCheck::make(asking("A", {"192.0.2.1"}), kId);
  CHECK(judged(picky, Answer(picky.query(), 0x8600)).text == "0 of 1 wanted among 0 A, truncated");
}

TEST_CASE("what is no answer to the query is passed over", "[health][dns]") {
  const auto check = *DnsCheck::make(asking("A"), kId);
  const auto other_type = *DnsCheck::make(asking("AAAA"), kId);
  const auto other_id = *DnsCheck::make(asking("A"), kId + 1);
  CHECK_FALSE(check.judge(Answer(other_type.query()).bytes));
  CHECK_FALSE(check.judge(Answer(other_id.query()).bytes));
  CHECK_FALSE(check.judge(check.query()));                        // QR is not set
  CHECK_FALSE(check.judge(Answer(check.query(), 0xa400).bytes));  // another opcode
  CHECK_FALSE(check.judge({}));
  Answer no_question(check.query(), 0x8000);
  no_question.bytes.resize(12);
  no_question.bytes[5] = 0;
  CHECK_FALSE(check.judge(no_question.bytes));  // says nothing, and that of nothing
  wire::write_u16(&no_question.bytes[2], 0x8001);
  CHECK(judged(check, no_question).text == "FORMERR, wanted NOERROR");
}

TEST_CASE("the question may come back in another case", "[health][dns]") {
  const auto check = *DnsCheck::make(asking("A"), kId);
  Answer answer(check.query());
  answer.bytes[13] = 'W';
  CHECK(judged(check, answer).outcome == Outcome::Success);
}

TEST_CASE("data that is cut off is malformed", "[health][dns]") {
  const auto check = *DnsCheck::make(asking("MX", {"10 mail.example.com."}), kId);
  Answer answer(check.query());
  answer.add(wire::type::kMx, {0, 10, 4, 'm', 'a', 'i', 'l', 0xc0, 16});
  const Bytes whole = answer.bytes;
  for (std::size_t size = check.query().size(); size < whole.size(); ++size) {
    answer.bytes.assign(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    CHECK(judged(check, answer).outcome == Outcome::Malformed);
  }
}

TEST_CASE("what cannot be asked is no check", "[health][dns]") {
  CHECK_FALSE(DnsCheck::make(asking("NOTYPE"), kId));
  CHECK_FALSE(DnsCheck::make(asking("A", {"not an address"}), kId));
}

// The prober, over real sockets.

using boost::asio::ip::udp;

model::Monitor dns_monitor(model::DnsCheck check) {
  model::Monitor monitor = tcp_monitor(53);
  monitor.type = model::MonitorType::Dns;
  monitor.dns = std::move(check);
  return monitor;
}

base::Endpoint address_of(const udp::socket& socket) {
  return {*base::Address::parse("127.0.0.1"), socket.local_endpoint().port()};
}

udp::socket bound(boost::asio::io_context& io) {
  return {io, udp::endpoint(boost::asio::ip::address_v4::loopback(), 0)};
}

TEST_CASE("a dns probe waits for the answer to its query", "[health][dns]") {
  Bench bench;
  udp::socket server = bound(bench.io);
  std::array<std::uint8_t, 512> query{};
  udp::endpoint client;
  server.async_receive_from(boost::asio::buffer(query), client, [&](auto error, std::size_t size) {
    REQUIRE_FALSE(error);
    Answer stray{std::span(query).first(size)};
    stray.bytes[0] ^= 1U;
    server.send_to(boost::asio::buffer(stray.bytes), client);
    Answer answer{std::span(query).first(size)};
    answer.add(wire::type::kA, {192, 0, 2, 1});
    server.send_to(boost::asio::buffer(answer.bytes), client);
  });
  const Result result =
      bench.probe(dns_monitor(asking("A", {"192.0.2.1"})), address_of(server), kAmple);
  CHECK(result.outcome == Outcome::Success);
  CHECK(result.text == "1 A as wanted");
  CHECK(result.latency.count() > 0);
}

TEST_CASE("a dns probe without an answer times out, or is refused", "[health][dns]") {
  Bench bench;
  base::Endpoint address;
  {
    const udp::socket silent = bound(bench.io);
    address = address_of(silent);
    const Result result = bench.probe(dns_monitor(asking("A")), address, kShort);
    CHECK(result.outcome == Outcome::Timeout);
    CHECK(result.text == "timeout after 150ms without an answer");
  }
  const Result result = bench.probe(dns_monitor(asking("A")), address, kAmple);
  CHECK(result.outcome == Outcome::Refused);
  CHECK(result.text == "nobody listens on the port");
}

}  // namespace
}  // namespace loadstar::health
