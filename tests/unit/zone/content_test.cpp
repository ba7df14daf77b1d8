#include "loadstar/zone/content.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "loadstar/wire/types.hpp"

#include "catch.hpp"

using namespace loadstar;

namespace {

wire::Name name(std::string_view text) {
  return *wire::Name::parse(text, *wire::Name::parse("example.com.", {}));
}

/// A zone under construction, with what it needs and what a test adds.
struct Draft {
  base::Diagnostics diagnostics;
  zone::ContentBuilder builder{name("@"), {}, diagnostics};

  Draft() {
    zone::SoaFields soa;
    soa.rname = name("hostmaster");
    soa.serial = 17;
    soa.minimum = 60;
    soa.ttl = 300;
    builder.generate_soa(soa);
    add("@", "NS", "ns1");
  }
  void add(std::string_view owner, std::string_view type, std::string_view rdata,
           std::uint32_t ttl = 60) {
    builder.add_text(name(owner), *wire::parse_type(type), ttl, rdata, {});
  }
  std::vector<std::string> errors() {
    (void)builder.finish();
    std::vector<std::string> texts;
    for (const auto& error : diagnostics.errors()) texts.push_back(error.message);
    return texts;
  }
};

const zone::Owner* find(const zone::Content& content, std::string_view text) {
  const wire::Name wanted = name(text);
  const auto found = std::ranges::find_if(content.owners(), [&](const zone::Owner& owner) {
    return std::ranges::equal(owner.name, wanted.bytes());
  });
  return found == content.owners().end() ? nullptr : &*found;
}

}  // namespace

TEST_CASE("records of one owner and type become one RRset", "[zone][rfc2181]") {
  Draft draft;
  draft.add("www", "A", "192.0.2.2");
  draft.add("WWW", "A", "192.0.2.1");
  draft.add("www", "A", "192.0.2.1");  // said twice
  draft.add("www", "TXT", "hello");
  const zone::Content content = draft.builder.finish();
  REQUIRE_FALSE(draft.diagnostics.has_errors());
  const zone::Owner* const www = find(content, "www");
  REQUIRE(www != nullptr);
  REQUIRE(www->rrsets.size() == 2);
  CHECK(www->rrsets[0].type == wire::type::kA);
  CHECK(www->rrsets[0].count == 2);
  CHECK(www->rrsets[0].records.size() == 2 * 16);
  CHECK(www->rrsets[1].count == 1);
}

TEST_CASE("a SOA is generated", "[zone]") {
  Draft draft;
  const zone::Content content = draft.builder.finish();
  const zone::Owner* const apex = find(content, "@");
  REQUIRE(apex->rrsets.size() == 2);
  CHECK(apex->rrsets[1].type == wire::type::kSoa);
  CHECK(content.serial() == 17);
  // The primary is the first name server.
  const auto rdata = apex->rrsets[1].records.subspan(12);
  CHECK(std::ranges::equal(rdata.first(name("ns1").length()), name("ns1").bytes()));
}

TEST_CASE("the least TTL is used where records of an RRset differ", "[zone][rfc2181]") {
  Draft draft;
  draft.add("www", "A", "192.0.2.1", 300);
  draft.add("www", "A", "192.0.2.2", 60);
  const zone::Content content = draft.builder.finish();
  const auto records = find(content, "www")->rrsets[0].records;
  CHECK(records[9] == 60);
  CHECK(records[16 + 9] == 60);
  REQUIRE(draft.diagnostics.warnings().size() == 1);
  CHECK(draft.diagnostics.warnings()[0].message ==
        "the A records of www.example.com. differ in TTL; the least is used (RFC 2181 5.2)");
}

TEST_CASE("what a zone must not hold is refused", "[zone]") {
  SECTION("a CNAME beside other data") {
    Draft draft;
    draft.add("www", "CNAME", "other");
    draft.add("www", "A", "192.0.2.1");
    CHECK(draft.errors() ==
          std::vector<std::string>{"www.example.com. has a CNAME record and other data; a CNAME "
                                   "stands alone (RFC 1034 3.6.2)"});
  }
  SECTION("two CNAMEs") {
    Draft draft;
    draft.add("www", "CNAME", "a");
    draft.add("www", "CNAME", "b");
    CHECK(draft.errors() ==
          std::vector<std::string>{"www.example.com. has more than one CNAME record"});
  }
  SECTION("a name outside it") {
    Draft draft;
    draft.add("www.example.net.", "A", "192.0.2.1");
    CHECK(draft.errors() ==
          std::vector<std::string>{"\"www.example.net.\" is outside the zone example.com."});
  }
  SECTION("a SOA below the apex") {
    Draft draft;
    draft.add("www", "SOA", "a. b. 1 2 3 4 5");
    CHECK(draft.errors() ==
          std::vector<std::string>{"a SOA record stands at the zone's apex only"});
  }
  SECTION("an RRset that fits no message") {
    Draft draft;
    const std::string text(250, 'x');
    for (int i = 0; i < 260; ++i)
      draft.add("big", "TXT", std::to_string(1000 + i) + text.substr(4));
    const auto errors = draft.errors();
    REQUIRE(errors.size() == 1);
    CHECK(errors[0].starts_with("the TXT records of big.example.com. take "));
  }
}

TEST_CASE("a delegation that costs resolvers more than it tells is warned of",
          "[zone][nxnsattack][tsuname]") {
  const auto warnings = [](Draft& draft) {
    (void)draft.errors();
    std::vector<std::string> texts;
    for (const auto& warning : draft.diagnostics.warnings()) texts.push_back(warning.message);
    return texts;
  };
  Draft draft;
  SECTION("too many name servers") {
    for (int i = 0; i < 14; ++i) draft.add("cut", "NS", "ns" + std::to_string(i) + ".example.net.");
    CHECK(warnings(draft) ==
          std::vector<std::string>{"cut.example.com. has 14 name servers; resolvers "
                                   "need few, and more than 13 serve attackers"});
  }
  SECTION("a name server within that has no address") {
    draft.add("cut", "NS", "NS.cut");
    draft.add("cut", "NS", "ns2.cut");
    draft.add("ns2.cut", "AAAA", "2001:db8::1");
    CHECK(warnings(draft) ==
          std::vector<std::string>{"ns.cut.example.com. is a name server within its own delegation "
                                   "and has no address here: nobody can find it"});
  }
  SECTION("not the others") {
    for (int i = 0; i < 13; ++i) draft.add("cut", "NS", "ns" + std::to_string(i) + ".example.net.");
    draft.add("other", "NS", "ns.cut");
    CHECK(warnings(draft).empty());
  }
}

TEST_CASE("RDATA that answers could not be made of is refused",
          "[zone][rfc3597][cve-2018-10851][cve-2026-12246]") {
  struct Row {
    const char* type;
    const char* rdata;
    const char* fault;
  };
  const Row row = GENERATE(values<Row>({
      {"MX", "\\# 2 000a", "has not the form of its type"},
      {"SRV", "\\# 6 000000000000", "has not the form of its type"},
      {"DNAME", "\\# 0", "has not the form of its type"},
      {"PTR", "\\# 3 016100", nullptr},
      {"MINFO", "\\# 1 00", "has not the form of its type"},
      {"MINFO", "\\# 2 0000", nullptr},
      {"TYPE65280", "\\# 1 00", nullptr},
      {"SVCB", "\\# 2 0001", "has no target name"},
      {"SVCB", "\\# 5 0001000001", "has parameters that are cut short"},
      {"SVCB", "\\# 8 0001000001000500", "has parameters that are cut short"},
      {"SVCB", "\\# 11 0001000002000000010000", "has key1 twice or out of order (RFC 9460 2.2)"},
      {"SVCB", "1 . alpn=h2 alpn=h3", "has key1 twice or out of order (RFC 9460 2.2)"},
      {"HTTPS", "1 . mandatory=port alpn=h2",
       "calls key3 mandatory and does not have it (RFC 9460 8)"},
      {"HTTPS", "1 . mandatory=alpn,port alpn=h2 port=8443", nullptr},
      {"HTTPS", "1 . no-default-alpn", "has no-default-alpn without alpn (RFC 9460 7.1.1)"},
      {"HTTPS", "0 www port=1", "has parameters, which priority 0 does not take (RFC 9460 2.4.2)"},
      {"HTTPS", "0 www", nullptr},
  }));
  CAPTURE(row.type, row.rdata);
  Draft draft;
  draft.add("www", row.type, row.rdata);
  std::vector<std::string> wanted;
  if (row.fault != nullptr)
    wanted = {std::string("the ") + row.type + " record of www.example.com. " + row.fault};
  CHECK(draft.errors() == wanted);
}

TEST_CASE("RDATA as long as its length field can say is refused, not cut",
          "[zone][cve-2016-6173][cve-2026-12244]") {
  for (const int size : {65'000, 65'535}) {
    Draft draft;
    draft.add("www", "TYPE65280", "\\# " + std::to_string(size) + " " + std::string(size * 2, '0'));
    CHECK(draft.errors().size() == 1);
  }
}

TEST_CASE("a zone without NS or SOA is refused", "[zone]") {
  base::Diagnostics diagnostics;
  zone::ContentBuilder builder(name("@"), {}, diagnostics);
  builder.add_text(name("www"), wire::type::kA, 60, "192.0.2.1", {});
  (void)builder.finish();
  const auto errors = diagnostics.errors();
  REQUIRE(errors.size() == 2);
  CHECK(errors[0].message == "the zone example.com. has 0 SOA records; it needs one");
  CHECK(errors[1].message == "the zone example.com. has no NS record at its apex");
}
