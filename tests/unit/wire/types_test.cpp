#include "loadstar/wire/types.hpp"

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "catch.hpp"

namespace loadstar::wire {
namespace {

TEST_CASE("types go by their mnemonics", "[wire][types]") {
  const std::vector<std::pair<std::uint16_t, std::string>> rows{
      {type::kA, "A"},
      {type::kNs, "NS"},
      {type::kCname, "CNAME"},
      {type::kSoa, "SOA"},
      {type::kPtr, "PTR"},
      {type::kHinfo, "HINFO"},
      {type::kMx, "MX"},
      {type::kTxt, "TXT"},
      {type::kAaaa, "AAAA"},
      {type::kSrv, "SRV"},
      {type::kNaptr, "NAPTR"},
      {type::kDname, "DNAME"},
      {type::kOpt, "OPT"},
      {type::kDs, "DS"},
      {type::kRrsig, "RRSIG"},
      {type::kNsec, "NSEC"},
      {type::kDnskey, "DNSKEY"},
      {type::kNsec3, "NSEC3"},
      {type::kSvcb, "SVCB"},
      {type::kHttps, "HTTPS"},
      {type::kNxname, "NXNAME"},
      {type::kTkey, "TKEY"},
      {type::kTsig, "TSIG"},
      {type::kIxfr, "IXFR"},
      {type::kAxfr, "AXFR"},
      {type::kMailb, "MAILB"},
      {type::kMaila, "MAILA"},
      {type::kAny, "ANY"},
      {type::kMd, "MD"},
      {type::kMf, "MF"},
      {type::kMb, "MB"},
      {type::kMg, "MG"},
      {type::kMr, "MR"},
      {type::kMinfo, "MINFO"},
      {23, "NSAP-PTR"},
      {52, "TLSA"},
      {61, "OPENPGPKEY"},
      {257, "CAA"},
      {256, "URI"},
      {32769, "DLV"},
  };
  for (const auto& [number, text] : rows) {
    INFO(text);
    CHECK(parse_type(text) == number);
    CHECK(type_to_string(number) == text);
  }
}

TEST_CASE("a type's case does not matter", "[wire][types]") {
  CHECK(parse_type("https") == type::kHttps);
  CHECK(parse_type("Aaaa") == type::kAaaa);
  CHECK(parse_type("type65280") == 65280);
}

TEST_CASE("a type without a mnemonic goes by its number", "[wire][types][rfc3597]") {
  CHECK(type_to_string(0) == "TYPE0");
  CHECK(type_to_string(54) == "TYPE54");
  CHECK(type_to_string(65280) == "TYPE65280");
  CHECK(type_to_string(65535) == "TYPE65535");
  CHECK(parse_type("TYPE65535") == 65535);
  CHECK(parse_type("TYPE0") == 0);
  CHECK(parse_type("TYPE1") == type::kA);
}

TEST_CASE("what is no type is told apart", "[wire][types]") {
  for (const char* text : {"", "AA", "TYPE", "TYPE65536", "TYPE-1", "TYPE+1", "TYPE1x", "TYPE 1",
                           "TYPE000001", "TYP1", "1", "NSAP_PTR", "A ", " A"}) {
    INFO(text);
    CHECK_FALSE(parse_type(text));
  }
}

TEST_CASE("every type survives its text, and no two share one", "[wire][types]") {
  std::set<std::string> texts;
  for (unsigned number = 0; number <= 0xffff; ++number) {
    const std::string text = type_to_string(static_cast<std::uint16_t>(number));
    REQUIRE(parse_type(text) == number);
    REQUIRE(texts.insert(text).second);
  }
}

}  // namespace
}  // namespace loadstar::wire
