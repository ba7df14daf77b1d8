// Headers, EDNS, limits and errors: what every answer owes to its query.
#include <algorithm>
#include <map>
#include <numeric>
#include <optional>
#include <string>
#include <vector>

#include "loadstar/wire/bytes.hpp"

#include "answer_world.hpp"
#include "catch.hpp"

using namespace loadstar;
using answer::Reason;
using test::Answer;
using test::AnswerWorld;
using test::Bytes;
using test::Question;
using Lines = std::vector<std::string>;

namespace {

std::string big_zone() {
  std::string text;
  for (int i = 0; i < 220; ++i)
    text += (i == 0 ? "\"" : ", \"") + std::to_string(1000 + i) + std::string(240, 'x') + "\"";
  std::string addresses;
  for (int i = 0; i < 40; ++i)
    addresses += (i == 0 ? "\"192.0.2." : ", \"192.0.2.") + std::to_string(i) + "\"";
  return R"({ "zone": "example.", "records": {
      "@": { "NS": "ns1" }, "ns1": { "A": "192.0.2.53" }, "www": { "A": "192.0.2.1" },
      "big": { "TXT": [)" +
         text + R"(] }, "many": { "A": [)" + addresses + R"(] },
      "cut": { "NS": ["ns1.cut", "ns2.cut", "ns3.cut", "ns4.cut", "ns5.cut", "ns6.cut", "ns7.cut", "ns8.cut"] },
      "ns1.cut": { "AAAA": "2001:db8::1", "A": "192.0.2.1" }, "ns2.cut": { "AAAA": "2001:db8::1", "A": "192.0.2.1" },
      "ns3.cut": { "AAAA": "2001:db8::1", "A": "192.0.2.1" }, "ns4.cut": { "AAAA": "2001:db8::1", "A": "192.0.2.1" },
      "ns5.cut": { "AAAA": "2001:db8::1", "A": "192.0.2.1" }, "ns6.cut": { "AAAA": "2001:db8::1", "A": "192.0.2.1" },
      "ns7.cut": { "AAAA": "2001:db8::1", "A": "192.0.2.1" }, "ns8.cut": { "AAAA": "2001:db8::1", "A": "192.0.2.1" },
      "hosts": { "MX": ["1 many", "2 many2"] }, "many2": { "A": "192.0.2.77" } } })";
}

AnswerWorld& world() {
  static AnswerWorld instance(std::map<std::string, std::string>{{"example.json", big_zone()}}, {},
                              {.identity = "node-1"});
  return instance;
}

Question www() {
  Question question;
  question.name = "www.example.";
  return question;
}

}  // namespace

TEST_CASE("flags come back as RFC 1035 has them", "[answer][rfc1035][rfc4035]") {
  struct Row {
    std::uint16_t sent;
    const char* flags;
  };
  const Row row = GENERATE(values<Row>({
      {0x0000, "qr aa"},
      {0x0100, "qr aa rd"},
      {0x0040, "qr aa"},  // Z
      {0x0020, "qr aa"},
      {0x0010, "qr aa"},  // AD, CD
      {0x0080, "qr aa"},
      {0x0400, "qr aa"},
      {0x0200, "qr aa"},  // RA, AA, TC in a query
      {0x000f, "qr aa"},  // an RCODE in a query
  }));
  Question question = www();
  question.flags = row.sent;
  CAPTURE(row.sent);
  const Answer answer = world().ask(question);
  CHECK(answer.flags == row.flags);
  CHECK(answer.rcode == "NOERROR");
  CHECK(answer.bytes[0] == 0x12);
  CHECK(answer.bytes[1] == 0x34);
}

TEST_CASE("responses and scraps are dropped without a word", "[answer][cve-2024-2169]") {
  Question question = www();
  question.flags = static_cast<std::uint16_t>(0x8000 | GENERATE(0, 0x2800, 0x7800, 0x0005));
  CHECK(world().ask(question).dropped);
  CHECK(world().ask(question).reason == Reason::DroppedResponse);
  for (std::size_t size = 0; size < 12; ++size) {
    const Answer answer = world().send(Bytes(size, 0));
    CHECK(answer.dropped);
    CHECK(answer.reason == Reason::DroppedShort);
  }
}

TEST_CASE("opcodes other than QUERY are not implemented", "[answer][rfc8906]") {
  const auto opcode = GENERATE(range(1, 16));
  Question question = www();
  question.flags = static_cast<std::uint16_t>(opcode << 11);
  const Answer answer = world().ask(question);
  CHECK(answer.rcode == "NOTIMP");
  CHECK(answer.bytes.size() == 12);
  CHECK((wire::read_u16(&answer.bytes[2]) >> 11 & 0xf) == opcode);
}

TEST_CASE("a message that is no query in form is told so, in no more bytes than it had",
          "[answer][rfc1035][rfc9619]") {
  const Bytes good = test::make_query(www());
  Bytes two = good;
  two[5] = 2;
  Bytes none(good.begin(), good.begin() + 12);
  none[5] = 0;
  Bytes pointer = good;
  pointer[12] = 0xc0;
  Bytes trailing = good;
  trailing.push_back(0);
  Bytes promised = good;
  promised[7] = 1;
  for (const Bytes& query : {two, none, pointer, trailing, promised}) {
    const Answer answer = world().send(query);
    CHECK(answer.rcode == "FORMERR");
    CHECK(answer.reason == Reason::FormErr);
    CHECK(answer.bytes.size() <= query.size());
  }
}

TEST_CASE("every cut of a query is dropped or an error", "[answer]") {
  Question question = www();
  question.subnet = "203.0.113.0/24";
  const Bytes query = test::make_query(question);
  for (std::size_t size = 0; size < query.size(); ++size) {
    const Answer answer =
        world().send(Bytes(query.begin(), query.begin() + static_cast<long>(size)));
    CHECK((answer.dropped || answer.rcode == "FORMERR"));
  }
}

TEST_CASE("classes and types that are no data are turned away", "[answer][rfc6895]") {
  struct Row {
    const char* type;
    std::uint16_t klass;
    const char* rcode;
  };
  const Row row = GENERATE(values<Row>({
      {"A", 4, "REFUSED"},
      {"A", 255, "REFUSED"},
      {"A", 254, "REFUSED"},
      {"A", 3, "REFUSED"},
      {"TYPE0", 1, "FORMERR"},
      {"OPT", 1, "FORMERR"},
      {"TSIG", 1, "FORMERR"},
      {"TKEY", 1, "FORMERR"},
      {"TYPE128", 1, "FORMERR"},
      {"MAILA", 1, "NOTIMP"},
      {"MAILB", 1, "NOTIMP"},
      {"AXFR", 1, "REFUSED"},
      {"IXFR", 1, "REFUSED"},
      {"TYPE65535", 1, "NOERROR"},
      {"TYPE65280", 1, "NOERROR"},
      {"TYPE200", 1, "NOERROR"},
  }));
  Question question = www();
  question.type = row.type;
  question.klass = row.klass;
  CAPTURE(row.type, row.klass);
  const Answer answer = world().ask(question);
  CHECK(answer.rcode == row.rcode);
  CHECK(answer.answer.empty());
  CHECK(answer.questions == 1);
}

TEST_CASE("every type can be asked for", "[answer][cve-2021-36754]") {
  Question question = www();
  Bytes query = test::make_query(question);
  for (unsigned type = 0; type < 65'536; ++type) {
    wire::write_u16(&query[query.size() - 4], static_cast<std::uint16_t>(type));
    const Answer answer = world().send(query);
    if (answer.dropped || answer.questions != 1) FAIL("type " << type);
  }
  SUCCEED();
}

TEST_CASE("EDNS is answered with EDNS, and only then", "[answer][rfc6891][rfc3225]") {
  SECTION("none") { CHECK_FALSE(world().ask(www()).has_opt); }
  SECTION("plain") {
    Question question = www();
    question.payload = 4096;
    const Answer answer = world().ask(question);
    CHECK(answer.has_opt);
    CHECK_FALSE(answer.dnssec_ok);
  }
  SECTION("with DO") {
    Question question = www();
    question.dnssec_ok = true;
    CHECK(world().ask(question).dnssec_ok);
  }
  SECTION("with errors") {
    for (const char* name : {"nothing.example.", "other."}) {
      Question question = www();
      question.name = name;
      question.payload = 512;
      CHECK(world().ask(question).has_opt);
    }
  }
  SECTION("of another version: BADVERS without data") {
    Question question = www();
    question.edns_version = 1;
    const Answer answer = world().ask(question);
    CHECK(answer.rcode == "BADVERS");
    CHECK(answer.answer.empty());
    CHECK(answer.reason == Reason::BadVers);
  }
  SECTION("with NOTIMP and FORMERR") {
    Question question = www();
    question.payload = 1232;
    question.flags = 0x2000;
    CHECK(world().ask(question).has_opt);
  }
}

TEST_CASE("the identity is told to who asks", "[answer][rfc5001][rfc4892]") {
  Question question = www();
  CHECK(world().ask(question).nsid.empty());
  question.nsid = true;
  CHECK(world().ask(question).nsid == "node-1");

  Question chaos;
  chaos.klass = 3;
  chaos.type = "TXT";
  for (const char* name : {"id.server.", "ID.Server.", "hostname.bind."}) {
    chaos.name = name;
    REQUIRE(world().ask(chaos).answer.size() == 1);
    CHECK(world().ask(chaos).answer[0].ends_with("CH TXT \"node-1\""));
  }
  for (const char* name : {"version.bind.", "version.server.", "authors.bind.", "example."}) {
    chaos.name = name;
    CHECK(world().ask(chaos).rcode == "REFUSED");
  }
}

TEST_CASE("a node without an identity keeps silent about it", "[answer][rfc5001]") {
  AnswerWorld nameless(std::map<std::string, std::string>{{"example.json", big_zone()}});
  Question question = www();
  question.nsid = true;
  CHECK(nameless.ask(question).has_opt);
  CHECK(nameless.ask(question).nsid.empty());
  question = {.name = "id.server.", .type = "TXT", .klass = 3};
  CHECK(nameless.ask(question).rcode == "REFUSED");
}

TEST_CASE("the client subnet comes back, with scope 0 for static data", "[answer][rfc7871]") {
  for (const char* subnet : {"203.0.113.0/24", "203.0.113.7/32", "2001:db8::/48", "0.0.0.0/0"}) {
    Question question = www();
    question.subnet = subnet;
    CHECK(world().ask(question).subnet == std::string(subnet) + "/0");
  }
  Question missing = www();
  missing.name = "nothing.example.";
  missing.subnet = "203.0.113.0/24";
  CHECK(world().ask(missing).subnet == "203.0.113.0/24/0");
}

TEST_CASE("a malformed client subnet is a format error", "[answer][rfc7871]") {
  Question question = www();
  question.subnet = "203.0.113.0/24";
  Bytes query = test::make_query(question);
  query.back() = 1;  // the last address byte stays legal
  CHECK(world().send(query).rcode == "NOERROR");
  query[query.size() - 4] = 1;  // a scope in a query
  const Answer answer = world().send(query);
  CHECK(answer.rcode == "FORMERR");
  CHECK(answer.has_opt);
  CHECK(answer.subnet.empty());
}

TEST_CASE("an answer over UDP keeps to what the client takes", "[answer][rfc1035][rfc9715]") {
  struct Row {
    std::optional<std::uint16_t> payload;
    const char* name;
    const char* type;
    bool truncated;
  };
  const Row row = GENERATE(values<Row>({
      {std::nullopt, "many.example.", "A", true},  // 40 addresses: 670 bytes
      {std::nullopt, "www.example.", "A", false},
      {512, "many.example.", "A", true},
      {0, "many.example.", "A", true},
      {700, "many.example.", "A", false},
      {65'535, "many.example.", "A", false},
      {65'535, "big.example.", "TXT", true},        // 56,000 bytes: over our own limit
      {std::nullopt, "x.cut.example.", "A", true},  // glue within the zone is required
      {1232, "x.cut.example.", "A", false},
  }));
  Question question{.name = row.name, .type = row.type, .payload = row.payload};
  CAPTURE(row.name, row.payload);
  const Answer answer = world().ask(question);
  CHECK((answer.flags.find("tc") != std::string::npos) == row.truncated);
  CHECK(answer.bytes.size() <= std::clamp<std::size_t>(row.payload.value_or(512), 512, 1232));
  CHECK(answer.rcode == "NOERROR");
  if (!row.truncated) return;
  CHECK(answer.reason == Reason::Truncated);
  CHECK(answer.answer.empty());
  CHECK(answer.authority.empty());
}

TEST_CASE("additional data that does not fit is left out without TC", "[answer][rfc2181]") {
  const Answer answer = world().ask("hosts.example.", "MX");
  CHECK(answer.flags == "qr aa rd");
  CHECK(answer.answer.size() == 2);
  CHECK(answer.additional == Lines{"many2.example. 60 IN A 192.0.2.77"});
}

TEST_CASE("TCP carries what UDP cannot", "[answer][rfc7766]") {
  Question question{.name = "big.example.", .type = "TXT"};
  question.transport = answer::Transport::Tcp;
  const Answer answer = world().ask(question);
  CHECK(answer.flags == "qr aa rd");
  CHECK(answer.answer.size() == 220);
}

TEST_CASE("a server that has nothing loaded says SERVFAIL", "[answer]") {
  answer::StateBoard board;
  answer::Responder responder(board, {}, 1);
  responder.refresh({});
  Bytes buffer = test::make_query(www());
  const std::size_t size = buffer.size();
  buffer.resize(answer::kUdpBuffer);
  const auto reply = responder.respond({buffer, size, {}, answer::Transport::Udp});
  CHECK(reply.reason == Reason::ServFail);
  CHECK((buffer[3] & 0xf) == 2);
}

TEST_CASE("each query is counted under one reason", "[answer]") {
  AnswerWorld fresh(std::map<std::string, std::string>{{"example.json", big_zone()}});
  answer::Responder responder(fresh.board, {}, 1);
  responder.refresh({});
  std::size_t asked = 0;
  for (const char* name : {"www.example.", "nothing.example.", "other.", "example."}) {
    Question question = www();
    question.name = name;
    Bytes buffer = test::make_query(question);
    const std::size_t size = buffer.size();
    buffer.resize(answer::kUdpBuffer);
    (void)responder.respond({buffer, size, {}, answer::Transport::Udp});
    ++asked;
  }
  const auto counts = responder.counts();
  CHECK(std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}) == asked);
  CHECK(counts[static_cast<std::size_t>(Reason::Answered)] == 1);
  CHECK(counts[static_cast<std::size_t>(Reason::NoData)] == 1);
  CHECK(counts[static_cast<std::size_t>(Reason::NxDomain)] == 1);
  CHECK(counts[static_cast<std::size_t>(Reason::Refused)] == 1);
}
