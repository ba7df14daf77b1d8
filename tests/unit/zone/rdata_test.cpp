#include "loadstar/zone/rdata.hpp"

#include <string>
#include <vector>

#include "loadstar/wire/types.hpp"

#include "catch.hpp"

using namespace loadstar;

namespace {

wire::Name origin() { return *wire::Name::parse("example.com.", {}); }

std::string hex(const std::vector<std::uint8_t>& bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t byte : bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

std::string parsed(std::string_view type, std::string_view text) {
  const auto rdata = zone::parse_rdata(*wire::parse_type(type), text, origin());
  return rdata ? hex(*rdata) : "error: " + rdata.error();
}

}  // namespace

TEST_CASE("record data of every kind becomes wire bytes", "[zone][rfc1035][rfc3597]") {
  struct Row {
    const char* type;
    const char* text;
    const char* wire;
  };
  const Row row = GENERATE(values<Row>({
      {"A", "192.0.2.1", "c0000201"},
      {"AAAA", "2001:db8::1", "20010db8000000000000000000000001"},
      {"MX", "10 mail", "000a046d61696c076578616d706c6503636f6d00"},
      {"MX", "10 mail.example.net.", "000a046d61696c076578616d706c65036e657400"},
      {"NS", "@", "076578616d706c6503636f6d00"},
      {"CNAME", "A.B.", "0141014200"},  // case is kept
      {"TXT", "region=eu", "09726567696f6e3d6575"},
      {"TXT", "\"a;b\" c", "03613b620163"},
      {"SRV", "0 5 5060 sip.", "0000000513c40373697000"},
      {"CAA", "0 issue \"ca.example\"",
       "000569737375656361"
       "2e6578616d706c65"},
      {"HTTPS", "1 . alpn=h2",
       "0001000001000302"
       "6832"},
      {"TYPE65280", "\\# 4 0a000001", "0a000001"},
      {"TYPE1", "\\# 4 0a000001", "0a000001"},
      {"TYPE65280", "\\# 0", ""},
  }));
  CAPTURE(row.type, row.text);
  CHECK(parsed(row.type, row.text) == row.wire);
}

TEST_CASE("an address of any length is read or refused", "[zone][cve-2019-13951][cve-2019-13952]") {
  for (const std::size_t length : {16U, 46U, 100U, 10'000U}) {
    CHECK(parsed("A", std::string(length, '1')).starts_with("error: "));
    CHECK(parsed("AAAA", std::string(length, ':')).starts_with("error: "));
    CHECK(parsed("AAAA", "2001:db8::" + std::string(length, '1')).starts_with("error: "));
  }
}

TEST_CASE("wrong record data is told with what would be right", "[zone]") {
  struct Row {
    const char* type;
    const char* text;
    const char* message;
  };
  const Row row = GENERATE(values<Row>({
      {"A", "192.0.2.300", "\"192.0.2.300\" is not an IPv4 address"},
      {"A", "2001:db8::1", "\"2001:db8::1\" is not an IPv4 address"},
      {"AAAA", "192.0.2.1", "\"192.0.2.1\" is not an IPv6 address"},
      {"MX", "mail", "\"mail\" is not MX data, for example 10 mail.example.net."},
      {"MX", "10 a..b", "\"10 a..b\" is not MX data, for example 10 mail.example.net."},
      {"MX", "10 mail 20 mail2",
       "\"10 mail 20 mail2\" is not MX data, for example 10 mail.example.net."},
      {"TXT", "v=spf1; a",
       "\"v=spf1; a\" has a \";\" outside quotes, which starts a comment; put the text in quotes"},
      {"TXT", "\"open", "\"\"open\" has a quote that is not closed"},
      {"TXT", "a\nb", "\"a\nb\" has a control character in it"},
      {"DS", "1 2 3 zz", "\"1 2 3 zz\" is not DS data, for example 12345 13 2 <64 hex digits>"},
      {"TYPE65280", "hello", "\"hello\" is not TYPE65280 data"},
      {"LOC", "", "\"\" is not LOC data"},
  }));
  CAPTURE(row.type, row.text);
  CHECK(parsed(row.type, row.text) == std::string("error: ") + row.message);
}

TEST_CASE("the name that additional data is looked up for is found in the data",
          "[zone][rfc2782]") {
  const auto target = [](std::string_view type, std::string_view text) {
    const auto number = *wire::parse_type(type);
    const auto rdata = *zone::parse_rdata(number, text, origin());
    const auto name = zone::target_name(number, rdata);
    return name.empty() ? std::string("none") : wire::Name::from_wire(name)->to_string();
  };
  CHECK(target("NS", "ns1") == "ns1.example.com.");
  CHECK(target("MX", "10 mail") == "mail.example.com.");
  CHECK(target("SRV", "0 5 5060 sip") == "sip.example.com.");
  CHECK(target("HTTPS", "1 svc") == "svc.example.com.");
  CHECK(target("HTTPS", "1 .") == "none");
  CHECK(target("SRV", "0 5 5060 .") == "none");
  CHECK(target("CNAME", "www") == "none");
  CHECK(target("TXT", "ns1") == "none");
}
