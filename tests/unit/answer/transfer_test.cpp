// AXFR, IXFR and signed queries, without a socket.
#include <algorithm>
#include <numeric>
#include <set>
#include <string>
#include <vector>

#include "loadstar/wire/bytes.hpp"
#include "loadstar/wire/message.hpp"

#include "answer_world.hpp"
#include "catch.hpp"

using namespace loadstar;
using answer::Reason;
using answer::Transport;
using test::Answer;
using test::AnswerWorld;
using test::Bytes;
using test::Question;
using Lines = std::vector<std::string>;

namespace {

constexpr std::uint32_t kNow = 1'764'000'000;

constexpr const char* kZone = R"({ "zone": "example.com", "soa": { "serial": 7 }, "ttl": 60,
  "regions": { "fra": { "lat": 50, "lon": 8 } },
  "pools": {
    "fra": { "region": "fra", "endpoints": [{ "id": "one", "a": "192.0.2.1", "aaaa": "2001:db8::1" },
                           { "id": "two", "a": "192.0.2.2" },
                           { "id": "out", "a": "192.0.2.3", "state": "down" }] },
    "reserve": { "balance": "weighted", "endpoints": [{ "a": "192.0.2.8", "weight": 0 },
                                                      { "a": "192.0.2.9", "weight": 5 }] },
    "cdn": { "endpoints": [{ "cname": "a.cdn.example.net." }, { "cname": "b.cdn.example.net." }] } },
  "policies": {
    "www": { "types": ["A", "AAAA", "HTTPS"],
             "rules": [{ "match": { "countries": "DE" }, "pools": ["reserve"] }, { "pools": ["fra", "reserve"] }] },
    "nobody": { "rules": [{ "match": { "countries": "DE" }, "pools": ["fra"] }], "no_match": "nodata" } },
  "records": {
    "@": { "NS": ["ns1", "ns.example.net."], "MX": "10 mail" },
    "ns1": { "A": "192.0.2.53" }, "mail": { "A": "192.0.2.25" }, "deep.below.ent": { "TXT": "x" },
    "cut": { "NS": "ns.cut" }, "ns.cut": { "A": "192.0.2.54" }, "hidden.cut": { "TXT": "hidden" },
    "child": { "NS": "ns.child" }, "ns.child": { "A": "192.0.2.55" },
    "*.wild": { "CNAME": "www" },
    "www": { "steer": "www", "ttl": { "min": 10, "max": 300 } }, "some": { "steer": "nobody" },
    "spare": { "steer": { "rules": [{ "pools": ["reserve"] }] } },
    "cdn": { "steer": { "rules": [{ "pools": ["cdn"] }] } } } })";
constexpr const char* kChild =
    R"({ "zone": "child.example.com", "records": { "@": { "NS": "ns", "A": "192.0.2.77" }, "ns": { "A": "192.0.2.55" } } })";

const Lines kRecords{
    "*.wild.example.com. 60 IN CNAME www.example.com.",
    "cdn.example.com. 60 IN CNAME a.cdn.example.net.",
    "child.example.com. 60 IN NS ns.child.example.com.",
    "cut.example.com. 60 IN NS ns.cut.example.com.",
    "deep.below.ent.example.com. 60 IN TXT \"x\"",
    "example.com. 60 IN MX 10 mail.example.com.",
    "example.com. 60 IN NS ns.example.net.",
    "example.com. 60 IN NS ns1.example.com.",
    "hidden.cut.example.com. 60 IN TXT \"hidden\"",
    "mail.example.com. 60 IN A 192.0.2.25",
    "ns.child.example.com. 60 IN A 192.0.2.55",
    "ns.cut.example.com. 60 IN A 192.0.2.54",
    "ns1.example.com. 60 IN A 192.0.2.53",
    "spare.example.com. 60 IN A 192.0.2.9",
    "www.example.com. 300 IN A 192.0.2.1",
    "www.example.com. 300 IN A 192.0.2.2",
    "www.example.com. 300 IN AAAA 2001:db8::1",
    "www.example.com. 300 IN HTTPS 1 . alpn=h2,http/1.1 ipv4hint=192.0.2.1,192.0.2.2 "
    "ipv6hint=2001:db8::1",
};
constexpr const char* kSoa =
    "example.com. 60 IN SOA ns.example.net. hostmaster.example.com. 7 3600 600 604800 60";

model::TsigKey model_key(std::string name = "xfr.") {
  model::TsigKey key{.name = std::move(name), .secret = Bytes(32)};
  std::iota(key.secret.begin(), key.secret.end(), std::uint8_t{0});
  return key;
}

wire::TsigKey wire_key(std::string_view name = "xfr.") {
  return {*wire::Name::parse(name, {}), wire::TsigAlgorithm::HmacSha256, model_key().secret};
}

answer::ResponderOptions allowing(const std::vector<model::TransferRule>& rules) {
  answer::ResponderOptions options;
  options.transfers = std::make_shared<const answer::TransferRules>(
      std::vector{model_key(), model_key("other.")}, rules);
  return options;
}

AnswerWorld make_world(const std::vector<model::TransferRule>& rules) {
  return AnswerWorld({{"example.json", kZone}, {"child.json", kChild}}, {}, allowing(rules));
}

model::TransferRule to(std::string_view prefix, std::string key = {}) {
  return {.zones = {}, .to = {*base::Prefix::parse(prefix)}, .key = std::move(key), .notify = {}};
}

Question axfr(std::string name = "example.com.") {
  Question question;
  question.name = std::move(name);
  question.type = "AXFR";
  question.transport = Transport::Tcp;
  return question;
}

/// With the SOA of that serial in the authority section.
Bytes ixfr(std::uint32_t serial) {
  Question question = axfr();
  question.type = "IXFR";
  Bytes query = test::make_query(question);
  query[9] = 1;
  Bytes soa{0xc0, 12, 0, 6, 0, 1, 0, 0, 0, 0, 0, 22, 0, 0};
  soa.resize(soa.size() + 20);
  wire::write_u32(&soa[14], serial);
  query.insert(query.end(), soa.begin(), soa.end());
  return query;
}

Bytes sign(Bytes query, const wire::TsigKey& key, std::uint64_t now = kNow) {
  wire::TsigSigner signer(key, wire::read_u16(query.data()));
  const std::size_t size = query.size();
  query.resize(size + signer.size());
  query.resize(signer.sign(query, size, now));
  return query;
}

/// The records of all messages, in their order.
Lines records_of(const std::vector<Bytes>& messages) {
  Lines lines;
  for (const Bytes& message : messages) {
    const Answer one = test::read_answer(message);
    CHECK(one.rcode == "NOERROR");
    lines.insert(lines.end(), one.answer.begin(), one.answer.end());
  }
  return lines;
}

}  // namespace

TEST_CASE("a transfer has every record of the zone once, between two SOA",
          "[answer][transfer][rfc5936]") {
  AnswerWorld world = make_world({to("192.0.2.0/24")});
  const Answer begun = world.ask(axfr());
  CHECK(begun.reason == Reason::Transfer);
  const auto messages = world.transfer();
  REQUIRE(messages.size() == 1);
  const Answer first = test::read_answer(messages[0]);
  CHECK(first.flags == "qr aa rd");
  CHECK(first.questions == 1);
  Lines lines = records_of(messages);
  REQUIRE(lines.size() == kRecords.size() + 2);
  CHECK(lines.front() == kSoa);
  CHECK(lines.back() == kSoa);
  std::sort(lines.begin() + 1, lines.end() - 1);
  CHECK(Lines(lines.begin() + 1, lines.end() - 1) == kRecords);

  CHECK(world.ask(axfr("child.example.com.")).reason == Reason::Transfer);
  CHECK(records_of(world.transfer()).size() == 5);
}

TEST_CASE("health does not change what is transferred", "[answer][transfer]") {
  AnswerWorld world = make_world({to("192.0.2.0/24")});
  world.set("fra", "one", steer::Liveness::Down);
  (void)world.ask(axfr());
  const Lines lines = records_of(world.transfer());
  CHECK(std::ranges::find(lines, "www.example.com. 300 IN A 192.0.2.1") != lines.end());
}

TEST_CASE("a large zone goes in messages that are full, each record once",
          "[answer][transfer][rfc5936]") {
  std::string text = R"({ "zone": "example.com", "records": { "@": { "NS": "ns1" })";
  constexpr std::size_t kNames = 20'000;
  for (std::size_t i = 0; i < kNames; ++i)
    text += ", \"host" + std::to_string(i) + "\": { \"A\": \"192.0.2.1\" }";
  std::string big;
  for (int i = 0; i < 240; ++i)
    big += (i == 0 ? "\"" : ", \"") + std::to_string(1000 + i) + std::string(240, 'x') + "\"";
  text += R"(, "big": { "TXT": [)" + big + "] } } }";
  AnswerWorld world({{"example.json", text}}, {}, allowing({to("192.0.2.0/24")}));
  (void)world.ask(axfr());
  const auto messages = world.transfer();
  CHECK(messages.size() < 40);
  for (std::size_t i = 0; i < messages.size(); ++i) {
    CHECK(messages[i].size() <= 65'535);
    if (i + 1 < messages.size()) CHECK(messages[i].size() >= 16'000);
    CHECK(wire::read_u16(&messages[i][4]) == (i == 0 ? 1 : 0));
  }
  const Lines lines = records_of(messages);
  CHECK(lines.size() == kNames + 240 + 1 + 2);
  CHECK(std::set(lines.begin(), lines.end()).size() == lines.size() - 1);
}

TEST_CASE("a transfer goes on from the snapshot it began with", "[answer][transfer]") {
  AnswerWorld world = make_world({to("192.0.2.0/24")});
  (void)world.ask(axfr());
  world.board.publish(std::make_shared<const answer::State>());
  world.snapshot.reset();
  CHECK(records_of(world.transfer()).size() == kRecords.size() + 2);
}

TEST_CASE("nobody gets a zone unless a rule lets them", "[answer][transfer][CVE-2026-12490]") {
  const auto reason = [](const std::vector<model::TransferRule>& rules, const Bytes& query,
                         Transport transport = Transport::Tcp) {
    AnswerWorld world = make_world(rules);
    world.now.unix_seconds = kNow;
    const Reason ended = world.send(query, transport).reason;
    CHECK(world.transfer().empty() == (ended != Reason::Transfer));
    return ended;
  };
  const Bytes plain = test::make_query(axfr());
  const Bytes with_key = sign(plain, wire_key());
  CHECK(reason({}, plain) == Reason::Refused);
  CHECK(reason({}, with_key) == Reason::Refused);
  CHECK(reason({to("192.0.2.0/24")}, plain) == Reason::Transfer);
  CHECK(reason({to("198.51.100.0/24")}, plain) == Reason::Refused);
  CHECK(reason({to("192.0.2.0/24", "xfr.")}, plain) == Reason::Refused);
  CHECK(reason({to("192.0.2.0/24", "xfr.")}, with_key) == Reason::Transfer);
  CHECK(reason({to("192.0.2.0/24", "xfr.")}, plain, Transport::Tls) == Reason::Refused);
  CHECK(reason({to("198.51.100.0/24", "xfr.")}, with_key) == Reason::Refused);
  CHECK(reason({to("192.0.2.0/24", "other.")}, with_key) == Reason::Refused);
  model::TransferRule key_only;
  key_only.key = "xfr.";
  CHECK(reason({key_only}, with_key) == Reason::Transfer);
  CHECK(reason({key_only}, plain) == Reason::Refused);
  model::TransferRule notify_only;
  notify_only.notify = {*base::Endpoint::parse("192.0.2.7", 53)};
  CHECK(reason({notify_only}, with_key) == Reason::Refused);
  model::TransferRule other_zone = to("192.0.2.0/24");
  other_zone.zones = {"child.example.com."};
  CHECK(reason({other_zone}, plain) == Reason::Refused);
}

TEST_CASE("what is not a zone of ours, or comes over UDP, is told so",
          "[answer][transfer][rfc5936]") {
  AnswerWorld world = make_world({to("192.0.2.0/24")});
  CHECK(world.ask(axfr("example.net.")).rcode == "NOTAUTH");
  CHECK(world.ask(axfr("www.example.com.")).rcode == "NOTAUTH");
  Question over_udp = axfr();
  over_udp.transport = Transport::Udp;
  CHECK(world.ask(over_udp).rcode == "REFUSED");
  Question chaos = axfr();
  chaos.klass = 3;
  CHECK(world.ask(chaos).rcode == "REFUSED");
}

TEST_CASE("IXFR answers the SOA alone to who is up to date, else the whole zone",
          "[answer][transfer][rfc1995]") {
  AnswerWorld world = make_world({to("192.0.2.0/24")});
  CHECK(world.send(ixfr(6), Transport::Tcp).reason == Reason::Transfer);
  CHECK(records_of(world.transfer()).size() == kRecords.size() + 2);
  for (const std::uint32_t serial : {7U, 8U}) {
    const Answer current = world.send(ixfr(serial), Transport::Tcp);
    CHECK(current.answer == Lines{kSoa});
    CHECK(current.flags == "qr aa rd");
  }
  CHECK(world.send(ixfr(6), Transport::Udp).answer == Lines{kSoa});
  Question without = axfr();
  without.type = "IXFR";
  const Answer malformed = world.ask(without);
  CHECK(malformed.rcode == "FORMERR");
  CHECK(malformed.questions == 1);
  CHECK(world.send(ixfr(7), Transport::Tcp, "198.51.100.1").rcode == "REFUSED");
}

TEST_CASE("only so many transfers go on at once", "[answer][transfer]") {
  const answer::TransferRules rules({}, {to("192.0.2.0/24")});
  std::vector<answer::TransferRules::Place> places;
  while (auto place = rules.take_place()) places.push_back(std::move(place));
  CHECK(places.size() == answer::kMaxTransfers);
  places.pop_back();
  CHECK(rules.take_place() != nullptr);
}

TEST_CASE("a signed query has a signed answer", "[answer][tsig][rfc8945]") {
  AnswerWorld world = make_world({});
  world.now.unix_seconds = kNow;
  Question soa = axfr();
  soa.type = "SOA";
  soa.payload = 1232;
  for (const Transport transport : {Transport::Udp, Transport::Tcp}) {
    const Answer signed_answer = world.send(sign(test::make_query(soa), wire_key()), transport);
    CHECK(signed_answer.rcode == "NOERROR");
    CHECK(signed_answer.answer == Lines{kSoa});
    CHECK(signed_answer.has_opt);
    const Bytes& bytes = signed_answer.bytes;
    const std::size_t start = bytes.size() - 5 - 10 - 13 - 10 - 32 - 6;
    const auto tsig = wire::read_tsig(bytes, start);
    REQUIRE(tsig);
    CHECK(tsig->error == 0);
    CHECK(tsig->mac.size() == 32);
  }
}

TEST_CASE("every message of a transfer is signed", "[answer][tsig][transfer][rfc8945]") {
  std::string text = R"({ "zone": "example.com", "records": { "@": { "NS": "ns1" })";
  for (int i = 0; i < 3000; ++i)
    text += ", \"host" + std::to_string(i) + "\": { \"A\": \"192.0.2.1\" }";
  AnswerWorld world({{"example.json", text + "} }"}}, {}, allowing({to("192.0.2.0/24", "xfr.")}));
  world.now.unix_seconds = kNow;
  (void)world.send(sign(test::make_query(axfr()), wire_key()), Transport::Tcp);
  const auto messages = world.transfer();
  REQUIRE(messages.size() > 2);
  for (const Bytes& message : messages) {
    CHECK(wire::read_u16(&message[10]) == 1);
    CHECK(wire::read_tsig(message, message.size() - 5 - 10 - 13 - 10 - 32 - 6));
  }
}

TEST_CASE("what is wrong with a signature is told, and nothing else",
          "[answer][tsig][rfc8945][CVE-2017-11104][CVE-2016-7073]") {
  AnswerWorld world = make_world({to("0.0.0.0/0")});
  world.now.unix_seconds = kNow;
  const Bytes plain = test::make_query(axfr());
  const auto check = [&](const Bytes& query, const char* rcode, Reason reason) {
    for (const Transport transport : {Transport::Udp, Transport::Tcp}) {
      const Answer told = world.send(query, transport);
      CHECK(told.rcode == rcode);
      CHECK(told.reason == reason);
      CHECK(told.answer.empty());
      CHECK(world.transfer().empty());
    }
  };
  check(sign(plain, wire_key("unknown.")), "NOTAUTH", Reason::NotAuth);
  wire::TsigKey wrong = wire_key();
  wrong.secret[0] ^= 1;
  check(sign(plain, wrong), "NOTAUTH", Reason::NotAuth);
  check(sign(plain, wire_key(), kNow - 1000), "NOTAUTH", Reason::NotAuth);
  Bytes malformed = sign(plain, wire_key());
  malformed.back() = 1;
  check(malformed, "FORMERR", Reason::FormErr);

  Bytes not_last = sign(plain, wire_key());
  not_last[11] = 2;
  const Bytes more{0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0};
  not_last.insert(not_last.end(), more.begin(), more.end());
  check(not_last, "FORMERR", Reason::FormErr);
}

/// With a MAC of so many of its 32 bytes.
Bytes cut_mac(Bytes query, std::size_t size) {
  constexpr std::size_t kBehind = 6;
  const auto mac = query.end() - static_cast<std::ptrdiff_t>(kBehind + 32);
  const auto rdata_length = mac - (2 + 13 + 10);
  query.erase(mac + static_cast<std::ptrdiff_t>(size), mac + 32);
  wire::write_u16(&*mac - 2, static_cast<std::uint16_t>(size));
  wire::write_u16(&*rdata_length, static_cast<std::uint16_t>(13 + 10 + size + kBehind));
  return query;
}

TEST_CASE("errors of a signature are told in the TSIG record", "[answer][tsig][rfc8945]") {
  AnswerWorld world = make_world({});
  world.now.unix_seconds = kNow;
  Question soa = axfr();
  soa.type = "SOA";
  const Bytes plain = test::make_query(soa);
  const auto told = [&](const Bytes& query) {
    const Bytes bytes = world.send(query).bytes;
    const auto tsig = wire::read_tsig(bytes, plain.size());
    REQUIRE(tsig);
    return std::tuple(tsig->error, tsig->mac.size(), tsig->other.size());
  };
  wire::TsigKey wrong = wire_key();
  wrong.secret[0] ^= 1;
  CHECK(told(sign(plain, wire_key("unknown."))) == std::tuple(17, 0, 0));
  CHECK(told(sign(plain, wrong)) == std::tuple(16, 0, 0));
  CHECK(told(sign(plain, wire_key(), kNow + 1000)) == std::tuple(18, 32, 6));
  for (const std::size_t size : {16U, 31U}) {
    const Bytes cut = cut_mac(sign(plain, wire_key()), size);
    CHECK(told(cut) == std::tuple(22, 32, 0));
    CHECK(world.send(cut).rcode == "NOTAUTH");
  }
  CHECK(world.send(cut_mac(sign(plain, wire_key()), 15)).rcode == "FORMERR");
}
