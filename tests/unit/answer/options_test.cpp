// EDNS options: cookies, keepalive, padding, extended errors, zone version, and who may send a
// client subnet.
#include <map>
#include <string>

#include "loadstar/wire/bytes.hpp"
#include "loadstar/wire/edns.hpp"

#include "answer_world.hpp"
#include "catch.hpp"

using namespace loadstar;
using answer::Transport;
using test::Answer;
using test::AnswerWorld;
using test::Bytes;
using test::Question;
using wire::option::kCookie;
using wire::option::kEde;
using wire::option::kKeepalive;
using wire::option::kPadding;
using wire::option::kZoneVersion;

namespace {

constexpr const char* kZone = R"({ "zone": "example.", "records": {
  "@": { "NS": "ns1" }, "ns1": { "A": "192.0.2.53" }, "www": { "A": "192.0.2.1" },
  "cut": { "NS": "ns.cut" }, "ns.cut": { "A": "192.0.2.54" },
  "many": { "A": ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4", "192.0.2.5", "192.0.2.6",
    "192.0.2.7", "192.0.2.8", "192.0.2.9", "192.0.2.10", "192.0.2.11", "192.0.2.12", "192.0.2.13",
    "192.0.2.14", "192.0.2.15", "192.0.2.16", "192.0.2.17", "192.0.2.18", "192.0.2.19",
    "192.0.2.20", "192.0.2.21", "192.0.2.22", "192.0.2.23", "192.0.2.24", "192.0.2.25",
    "192.0.2.26", "192.0.2.27", "192.0.2.28", "192.0.2.29", "192.0.2.30", "192.0.2.31",
    "192.0.2.32"] } } })";

AnswerWorld world(answer::ResponderOptions options = {}) {
  return AnswerWorld(std::map<std::string, std::string>{{"example.json", kZone}}, {},
                     std::move(options));
}

Question with(std::uint16_t code, Bytes data, std::string name = "www.example.") {
  Question question;
  question.name = std::move(name);
  question.options = {{code, std::move(data)}};
  return question;
}

Bytes bytes(std::string_view hex) {
  Bytes made;
  for (std::size_t i = 0; i < hex.size(); i += 2)
    made.push_back(
        static_cast<std::uint8_t>(std::stoul(std::string(hex.substr(i, 2)), nullptr, 16)));
  return made;
}

/// The data of an option of the answer; empty when it has none.
Bytes option(const Answer& answer, std::uint16_t code) {
  const auto found = answer.options.find(code);
  return found == answer.options.end() ? Bytes{} : found->second;
}

constexpr std::uint32_t kThen = 0x5cf79f11;  // RFC 9018 A.1: 2019-06-05 10:53:05 UTC
const Bytes kClientCookie = bytes("2464c4abcf10c957");
const Bytes kFullCookie = bytes("2464c4abcf10c957010000005cf79f111f8130c3eee29480");

Question cookie(Bytes data) {
  Question question = with(kCookie, std::move(data));
  question.resolver = "198.51.100.100";
  return question;
}

}  // namespace

TEST_CASE("a client cookie is answered with the server cookie of RFC 9018 A.1",
          "[answer][rfc7873][rfc9018]") {
  AnswerWorld tested = world();
  tested.now.unix_seconds = kThen;
  const Answer answer = tested.ask(cookie(kClientCookie));
  CHECK(answer.rcode == "NOERROR");
  CHECK(option(answer, kCookie) == kFullCookie);
  CHECK(answer.options.size() == 1);
}

TEST_CASE("a fresh server cookie comes back as it is, an old one renewed", "[answer][rfc9018]") {
  AnswerWorld tested = world();
  struct Row {
    std::int32_t age;
    bool same;
  };
  const Row row = GENERATE(values<Row>(
      {{0, true}, {1800, true}, {1801, false}, {3601, false}, {-300, true}, {-301, false}}));
  tested.now.unix_seconds = kThen + static_cast<std::uint32_t>(row.age);
  CAPTURE(row.age);
  const Bytes returned = option(tested.ask(cookie(kFullCookie)), kCookie);
  REQUIRE(returned.size() == 24);
  CHECK(Bytes(returned.begin(), returned.begin() + 8) == kClientCookie);
  CHECK((returned == kFullCookie) == row.same);
}

TEST_CASE("a cookie of another client, or one that was touched, is replaced", "[answer][rfc9018]") {
  AnswerWorld tested = world();
  tested.now.unix_seconds = kThen;
  Question question = cookie(kFullCookie);
  question.resolver = "198.51.100.101";
  CHECK(option(tested.ask(question), kCookie) != kFullCookie);
  for (std::size_t i = 8; i < kFullCookie.size(); ++i) {
    Bytes touched = kFullCookie;
    touched[i] ^= 1;
    CAPTURE(i);
    CHECK(option(tested.ask(cookie(touched)), kCookie) == kFullCookie);
  }
  CHECK(option(tested.ask(cookie(bytes("2464c4abcf10c957" + std::string(64, '0')))), kCookie) ==
        kFullCookie);
}

TEST_CASE("the time of cookies comes round", "[answer][rfc9018][cve-nsd-y2038]") {
  AnswerWorld tested = world();
  tested.now.unix_seconds = 0xffff'ffff;
  const Bytes made = option(tested.ask(cookie(kClientCookie)), kCookie);
  tested.now.unix_seconds = 100;
  CHECK(option(tested.ask(cookie(made)), kCookie) == made);
}

TEST_CASE("a malformed cookie is a format error", "[answer][rfc7873]") {
  AnswerWorld tested = world();
  for (const std::size_t length : {0, 7, 9, 15, 41}) {
    const Answer answer = tested.ask(with(kCookie, Bytes(length, 1)));
    CHECK(answer.rcode == "FORMERR");
    CHECK(answer.options.empty());
  }
}

TEST_CASE("errors carry a cookie, too", "[answer][rfc7873]") {
  AnswerWorld tested = world();
  Question question = cookie(kClientCookie);
  question.name = "other.";
  CHECK(option(tested.ask(question), kCookie).size() == 24);
}

TEST_CASE("without a cookie an answer may be kept smaller", "[answer][rfc7873]") {
  AnswerWorld tested = world({.max_unproven_answer = 512});
  tested.now.unix_seconds = kThen;
  Question question = cookie(kClientCookie);
  question.name = "many.example.";
  question.payload = 1232;
  CHECK(tested.ask(question).reason == answer::Reason::Truncated);
  question.options = {{kCookie, kFullCookie}};
  CHECK(tested.ask(question).answer.size() == 32);
}

TEST_CASE("the idle time is told over TCP to who asks", "[answer][rfc7828]") {
  AnswerWorld tested = world({.tcp_idle = std::chrono::milliseconds(10'000)});
  Question question = with(kKeepalive, {});
  CHECK(tested.ask(question).options.empty());
  question.transport = Transport::Tcp;
  CHECK(option(tested.ask(question), kKeepalive) == Bytes{0, 100});
  question.options.clear();
  question.payload = 1232;
  CHECK(tested.ask(question).options.empty());
}

TEST_CASE("answers are padded over TLS to who asks", "[answer][rfc7830][rfc8467]") {
  AnswerWorld tested = world();
  Question question = with(kPadding, Bytes(5));
  CHECK(tested.ask(question).options.empty());
  question.transport = Transport::Tcp;
  CHECK(tested.ask(question).options.empty());
  question.transport = Transport::Tls;
  for (const char* name : {"www.example.", "many.example.", "nothing.example."}) {
    question.name = name;
    CHECK(tested.ask(question).bytes.size() % 468 == 0);
  }
  question.options.clear();
  question.payload = 1232;
  CHECK(tested.ask(question).bytes.size() % 468 != 0);
}

TEST_CASE("an error is explained to a client that has shown its address", "[answer][rfc8914]") {
  AnswerWorld tested = world();
  tested.now.unix_seconds = kThen;
  Question question = cookie(kFullCookie);
  question.name = "other.";
  CHECK(option(tested.ask(question), kEde) == Bytes{0, 20});
  question.options = {{kCookie, kClientCookie}};
  CHECK(option(tested.ask(question), kEde).empty());
  question.options.clear();
  question.payload = 1232;
  CHECK(tested.ask(question).bytes.size() <= test::make_query(question).size());
  question.transport = Transport::Tcp;
  CHECK(option(tested.ask(question), kEde) == Bytes{0, 20});
  question.name = "www.example.";
  CHECK(tested.ask(question).options.empty());
  question.type = "TYPE128";
  CHECK(option(tested.ask(question), kEde) == Bytes{0, 30});
}

TEST_CASE("the version of the zone is told to who asks", "[answer][rfc9660]") {
  AnswerWorld tested = world();
  const Answer soa = tested.ask("example.", "SOA");
  REQUIRE(soa.answer.size() == 1);
  for (const char* name : {"www.example.", "nothing.example.", "example."}) {
    const Bytes version = option(tested.ask(with(kZoneVersion, {}, name)), kZoneVersion);
    REQUIRE(version.size() == 6);
    CHECK(version[0] == 1);
    CHECK(version[1] == 0);
    CHECK(soa.answer[0].find(" " + std::to_string(wire::read_u32(&version[2])) + " ") !=
          std::string::npos);
  }
  for (const char* name : {"other.", "x.cut.example."})
    CHECK(option(tested.ask(with(kZoneVersion, {}, name)), kZoneVersion).empty());
  CHECK(tested.ask(with(kZoneVersion, Bytes(1))).rcode == "FORMERR");
}

TEST_CASE("a client subnet counts from the resolvers that may send it", "[answer][rfc7871]") {
  AnswerWorld tested = world({.ecs_from = {*base::Prefix::parse("192.0.2.0/25")}});
  Question question;
  question.name = "www.example.";
  question.subnet = "203.0.113.0/24";
  question.resolver = "192.0.2.1";
  CHECK(tested.ask(question).subnet == "203.0.113.0/24/0");
  question.resolver = "192.0.2.200";
  CHECK(tested.ask(question).subnet.empty());
  CHECK(tested.ask(question).has_opt);
}

TEST_CASE("all options at once fit behind the longest name", "[answer][cve-2016-2776]") {
  AnswerWorld tested = world({.identity = std::string(255, 'n')});
  Question question = cookie(kClientCookie);
  question.options.emplace(kZoneVersion, Bytes{});
  question.options.emplace(kKeepalive, Bytes{});
  question.options.emplace(kPadding, Bytes{});
  question.nsid = true;
  question.payload = 512;
  question.subnet = "2001:db8:1:2:3:4:5:6/128";
  const std::string label(62, 'l');
  question.name = label + "." + label + "." + label + "." + std::string(56, 'l') + ".example.";
  const Answer answer = tested.ask(question);
  CHECK(answer.rcode == "NXDOMAIN");
  CHECK(answer.questions == 1);
  CHECK(answer.bytes.size() <= 512);
  CHECK(option(answer, kCookie).size() == 24);
}
