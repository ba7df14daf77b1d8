// Static data: what RFC 1034, 2308, 4592 and 6672 ask of an authoritative server.
#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "answer_world.hpp"
#include "catch.hpp"

using namespace loadstar;
using test::Answer;
using test::AnswerWorld;
using test::Question;
using Lines = std::vector<std::string>;

namespace {

constexpr const char* kZone = R"({
  "zone": "example.", "ttl": 60, "soa": { "mname": "ns1", "minimum": 30 },
  "records": {
    "@": { "NS": ["ns1", "ns2"], "MX": ["10 mail", "20 mail.example.net."], "TXT": "apex" },
    "ns1": { "A": "192.0.2.53", "AAAA": "2001:db8::53" },
    "ns2": { "A": "192.0.2.54" },
    "mail": { "A": "192.0.2.25" },
    "www": { "A": ["192.0.2.1", "192.0.2.2"], "ttl": 20 },
    "a.ent": { "TXT": "below an empty non-terminal" },
    "alias": { "CNAME": "www" },
    "alias2": { "CNAME": "alias" },
    "away": { "CNAME": "www.example.net." },
    "dangling": { "CNAME": "nothing" },
    "loop1": { "CNAME": "loop2" },
    "loop2": { "CNAME": "loop1" },
    "intocut": { "CNAME": "host.cut" },
    "*.wild": { "A": "192.0.2.7", "MX": "10 mail" },
    "*.wildalias": { "CNAME": "www" },
    "cut": { "NS": ["ns.cut", "ns1"], "DS": "1 13 2 0000000000000000000000000000000000000000000000000000000000000000" },
    "ns.cut": { "A": "192.0.2.99", "AAAA": "2001:db8::99" },
    "unsigned": { "NS": "ns1" },
    "old": { "DNAME": "new.example." },
    "x.new": { "A": "192.0.2.8" },
    "grow": { "DNAME": "grow.grow.example." },
    "_sip._tcp": { "SRV": "0 5 5060 mail" },
    "svc": { "HTTPS": "1 mail alpn=h2" },
    "caa": { "CAA": "0 issue \"ca.example\"" },
    "odd": { "TYPE65280": "\\# 4 0a000001" }
  } })";

AnswerWorld& world() {
  static AnswerWorld instance(std::map<std::string, std::string>{{"example.json", kZone}});
  return instance;
}

const Lines kSoaName{"example. 30 IN SOA ns1.example. hostmaster.example."};

/// The one record of the authority section is the zone's SOA with the negative TTL.
bool has_negative_soa(const Answer& answer) {
  return answer.authority.size() == 1 && answer.authority[0].starts_with(kSoaName[0]);
}

Lines sorted(Lines lines) {
  std::ranges::sort(lines);
  return lines;
}

}  // namespace

TEST_CASE("static data is answered with authority", "[answer][rfc1034]") {
  struct Row {
    const char* name;
    const char* type;
    Lines answer;
  };
  const Row row = GENERATE(values<Row>({
      {"www.example.", "A", {"www.example. 20 IN A 192.0.2.1", "www.example. 20 IN A 192.0.2.2"}},
      {"alias.example.", "CNAME", {"alias.example. 60 IN CNAME www.example."}},
      {"caa.example.", "CAA", {"caa.example. 60 IN CAA 0 issue \"ca.example\""}},
      {"odd.example.", "TYPE65280", {"odd.example. 60 IN TYPE65280 \\# 4 0a000001"}},
      {"any.wild.example.", "A", {"any.wild.example. 60 IN A 192.0.2.7"}},
      {"a.b.wild.example.", "A", {"a.b.wild.example. 60 IN A 192.0.2.7"}},
      {"*.wild.example.", "A", {"*.wild.example. 60 IN A 192.0.2.7"}},
      {"old.example.", "DNAME", {"old.example. 60 IN DNAME new.example."}},
      {"cut.example.",
       "DS",
       {"cut.example. 60 IN DS 1 13 2 "
        "0000000000000000000000000000000000000000000000000000000000000000"}},
  }));
  CAPTURE(row.name, row.type);
  const Answer answer = world().ask(row.name, row.type);
  CHECK(answer.rcode == "NOERROR");
  CHECK(answer.flags == "qr aa rd");
  CHECK(answer.reason == answer::Reason::Answered);
  CHECK(sorted(answer.answer) == sorted(row.answer));
  CHECK(answer.authority.empty());
}

TEST_CASE("what is not there is denied with the zone's SOA", "[answer][rfc2308][rfc4592]") {
  struct Row {
    const char* name;
    const char* type;
    const char* rcode;
  };
  const Row row = GENERATE(values<Row>({
      {"nothing.example.", "A", "NXDOMAIN"},
      {"x.www.example.", "A", "NXDOMAIN"},
      {"www.example.", "AAAA", "NOERROR"},
      {"www.example.", "TYPE999", "NOERROR"},
      {"ent.example.", "A", "NOERROR"},
      {"b.ent.example.", "A", "NXDOMAIN"},
      {"example.", "DS", "NOERROR"},
      {"unsigned.example.", "DS", "NOERROR"},
      {"any.wild.example.", "AAAA", "NOERROR"},
      {"a.*.wild.example.", "A", "NXDOMAIN"},
      {"ent.example.", "ANY", "NOERROR"},
  }));
  CAPTURE(row.name, row.type);
  const Answer answer = world().ask(row.name, row.type);
  CHECK(answer.rcode == row.rcode);
  CHECK(answer.flags == "qr aa rd");
  CHECK(answer.answer.empty());
  CHECK(has_negative_soa(answer));
  CHECK(answer.reason ==
        (answer.rcode == "NXDOMAIN" ? answer::Reason::NxDomain : answer::Reason::NoData));
}

TEST_CASE("aliases are followed within the zone", "[answer][rfc1034][rfc6604]") {
  SECTION("to the data") {
    const Answer answer = world().ask("alias2.example.", "A");
    CHECK(answer.answer == Lines{"alias2.example. 60 IN CNAME alias.example.",
                                 "alias.example. 60 IN CNAME www.example.",
                                 "www.example. 20 IN A 192.0.2.1",
                                 "www.example. 20 IN A 192.0.2.2"});
    CHECK(answer.flags == "qr aa rd");
  }
  SECTION("from a wildcard") {
    const Answer answer = world().ask("q.wildalias.example.", "A");
    REQUIRE(answer.answer.size() == 3);
    CHECK(answer.answer[0] == "q.wildalias.example. 60 IN CNAME www.example.");
  }
  SECTION("to a missing type: NODATA of the last name") {
    const Answer answer = world().ask("alias.example.", "AAAA");
    CHECK(answer.rcode == "NOERROR");
    CHECK(answer.answer == Lines{"alias.example. 60 IN CNAME www.example."});
    CHECK(has_negative_soa(answer));
  }
  SECTION("to a missing name: NXDOMAIN of the last name") {
    const Answer answer = world().ask("dangling.example.", "A");
    CHECK(answer.rcode == "NXDOMAIN");
    CHECK(answer.answer == Lines{"dangling.example. 60 IN CNAME nothing.example."});
    CHECK(has_negative_soa(answer));
  }
  SECTION("out of the zone: the resolver goes on") {
    const Answer answer = world().ask("away.example.", "A");
    CHECK(answer.rcode == "NOERROR");
    CHECK(answer.answer == Lines{"away.example. 60 IN CNAME www.example.net."});
    CHECK(answer.authority.empty());
  }
  SECTION("into a delegation: with the referral") {
    const Answer answer = world().ask("intocut.example.", "A");
    CHECK(answer.flags == "qr aa rd");
    CHECK(answer.answer == Lines{"intocut.example. 60 IN CNAME host.cut.example."});
    CHECK(answer.authority.size() == 2);
  }
  SECTION("around a loop once") {
    const Answer answer = world().ask("loop1.example.", "A");
    CHECK(answer.rcode == "NOERROR");
    CHECK(answer.answer == Lines{"loop1.example. 60 IN CNAME loop2.example.",
                                 "loop2.example. 60 IN CNAME loop1.example."});
  }
}

TEST_CASE("a DNAME makes CNAMEs for what is below it", "[answer][rfc6672]") {
  SECTION("to data") {
    const Answer answer = world().ask("X.old.example.", "A");
    CHECK(answer.answer == Lines{"old.example. 60 IN DNAME new.example.",
                                 "X.old.example. 60 IN CNAME X.new.example.",
                                 "X.new.example. 60 IN A 192.0.2.8"});
  }
  SECTION("which answers who asks for CNAME") {
    const Answer answer = world().ask("x.old.example.", "CNAME");
    CHECK(answer.rcode == "NOERROR");
    CHECK(answer.answer.size() == 2);
    CHECK(answer.authority.empty());
  }
  SECTION("also when DNAME is asked for") {
    CHECK(world().ask("x.old.example.", "DNAME").answer.size() == 2);
  }
  SECTION("that would be too long is YXDOMAIN with the DNAME") {
    const std::string label(63, 'a');
    const std::string name =
        label + "." + label + "." + label + "." + std::string(46, 'b') + ".grow.example.";
    const Answer answer = world().ask(name, "A");
    CHECK(answer.rcode == "YXDOMAIN");
    CHECK(answer.answer == Lines{"grow.example. 60 IN DNAME grow.grow.example."});
  }
  SECTION("that grows ends") {
    const Answer answer = world().ask("x.grow.example.", "A");
    CHECK(std::ranges::count(answer.answer, "grow.example. 60 IN DNAME grow.grow.example.") == 1);
    CHECK_FALSE(answer.dropped);
  }
}

TEST_CASE("a delegation is a referral without authority", "[answer][rfc1034][rfc9471]") {
  const Answer answer =
      world().ask(GENERATE("cut.example.", "a.b.cut.example.", "ns.cut.example."), "A");
  CHECK(answer.rcode == "NOERROR");
  CHECK(answer.flags == "qr rd");
  CHECK(answer.reason == answer::Reason::Referral);
  CHECK(answer.answer.empty());
  CHECK(sorted(answer.authority) ==
        Lines{"cut.example. 60 IN NS ns.cut.example.", "cut.example. 60 IN NS ns1.example."});
  CHECK(sorted(answer.additional) ==
        Lines{"ns.cut.example. 60 IN A 192.0.2.99", "ns.cut.example. 60 IN AAAA 2001:db8::99",
              "ns1.example. 60 IN A 192.0.2.53", "ns1.example. 60 IN AAAA 2001:db8::53"});
}

TEST_CASE("records that name hosts bring their addresses along", "[answer][rfc1035][rfc2782]") {
  struct Row {
    const char* name;
    const char* type;
    Lines additional;
  };
  const Row row = GENERATE(values<Row>({
      {"example.", "MX", {"mail.example. 60 IN A 192.0.2.25"}},
      {"_sip._tcp.example.", "SRV", {"mail.example. 60 IN A 192.0.2.25"}},
      {"svc.example.", "HTTPS", {"mail.example. 60 IN A 192.0.2.25"}},
      {"any.wild.example.", "MX", {"mail.example. 60 IN A 192.0.2.25"}},
      {"example.",
       "NS",
       {"ns1.example. 60 IN A 192.0.2.53", "ns1.example. 60 IN AAAA 2001:db8::53",
        "ns2.example. 60 IN A 192.0.2.54"}},
  }));
  CAPTURE(row.name, row.type);
  CHECK(sorted(world().ask(row.name, row.type).additional) == row.additional);
}

TEST_CASE("names of an answer are compressed", "[answer][rfc1035]") {
  const Answer answer = world().ask("example.", "NS");
  // Header 12, question 13, two NS of 12 + 6 bytes, three addresses of 16, 28 and 16 bytes.
  CHECK(answer.bytes.size() == 12 + 13 + 2 * 18 + 16 + 28 + 16);
}

TEST_CASE("a name outside every zone is refused", "[answer]") {
  const Answer answer = world().ask(GENERATE("example.net.", ".", "com.", "xexample."), "A");
  CHECK(answer.rcode == "REFUSED");
  CHECK(answer.flags == "qr rd");
  CHECK(answer.answer.empty());
  CHECK(answer.authority.empty());
}

TEST_CASE("the case of the question comes back as it was asked", "[answer][rfc4343]") {
  const Answer answer = world().ask("wWw.ExAmPlE.", "A");
  CHECK(answer.answer[0] == "wWw.ExAmPlE. 20 IN A 192.0.2.1");
}

TEST_CASE("ANY gets one RRset", "[answer][rfc8482]") {
  CHECK(world().ask("www.example.", "ANY").answer.size() == 2);
  CHECK(world().ask("alias.example.", "ANY").answer ==
        Lines{"alias.example. 60 IN CNAME www.example."});
  CHECK(world().ask("nothing.example.", "ANY").rcode == "NXDOMAIN");
}

TEST_CASE("the child answers for its apex and the parent for its DS", "[answer][rfc4035]") {
  AnswerWorld both(
      std::map<std::string, std::string>{{"parent.json", R"({ "zone": "example.", "records": {
                      "@": { "NS": "ns1" }, "ns1": { "A": "192.0.2.53" },
                      "child": { "NS": "ns1", "DS": "1 13 2 0000000000000000000000000000000000000000000000000000000000000000" } } })"},
                                         {"child.json", R"({ "zone": "child.example.", "records": {
                      "@": { "NS": "ns1.example.", "A": "192.0.2.9" } } })"}});
  CHECK(both.ask("child.example.", "A").answer == Lines{"child.example. 60 IN A 192.0.2.9"});
  CHECK(both.ask("child.example.", "DS").answer.size() == 1);
  CHECK(both.ask("nope.child.example.", "A").authority[0].starts_with("child.example. "));
}

TEST_CASE("a master file answers like any zone", "[answer][rfc1035]") {
  AnswerWorld master(std::map<std::string, std::string>{
      {"example.org.zone",
       "$TTL 120\n@ SOA ns1 hostmaster 7 3600 600 604800 60\n@ NS ns1\n"
       "ns1 A 192.0.2.53\n*.w TXT \"a;b\"\n"}});
  CHECK(master.ask("x.w.example.org.", "TXT").answer ==
        Lines{"x.w.example.org. 120 IN TXT \"a;b\""});
  CHECK(
      master.ask("example.org.", "SOA").answer ==
      Lines{
          "example.org. 120 IN SOA ns1.example.org. hostmaster.example.org. 7 3600 600 604800 60"});
  CHECK(master.ask("nope.example.org.", "TXT").authority[0].starts_with("example.org. 60 IN SOA"));
}
