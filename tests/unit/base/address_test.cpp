#include "loadstar/base/address.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <random>
#include <string>

#include "catch.hpp"

using namespace loadstar::base;

TEST_CASE("addresses are read and written in their shortest form", "[base][rfc5952]") {
  struct Row {
    const char* text;
    const char* written;
  };
  const Row row = GENERATE(values<Row>({
      {"192.0.2.1", "192.0.2.1"},
      {"0.0.0.0", "0.0.0.0"},
      {"2001:db8:0:0:0:0:0:1", "2001:db8::1"},
      {"::", "::"},
      {"2001:DB8::A", "2001:db8::a"},
  }));
  REQUIRE(Address::parse(row.text));
  CHECK(Address::parse(row.text)->to_string() == row.written);
}

TEST_CASE("what is no address is not taken for one", "[base]") {
  const std::string with_zero("192.0.2.1\0", 10);
  for (const std::string& text :
       {std::string(), std::string("192.0.2"), std::string("192.0.2.256"),
        std::string("192.0.2.1 "), std::string("1.2.3.4.5"), std::string("fe80::1%eth0"),
        std::string("[::1]"), std::string(":::"), std::string(100, '1'), with_zero}) {
    CAPTURE(text);
    CHECK_FALSE(Address::parse(text));
  }
}

TEST_CASE("IPv4 addresses are those of inet_pton", "[base]") {
  constexpr std::array<std::string_view, 14> kParts{"0",   "1",   "9",  "10",  "99", "100", "249",
                                                    "255", "256", "01", "999", "",   ".",   "1000"};
  std::mt19937 random(3);
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    for (int part = 0; part < 4; ++part) {
      if (part != 0) text += '.';
      text += kParts[random() % (round % 2 == 0 ? kParts.size() : 8)];
    }
    if (random() % 16 == 0) text += random() % 2 == 0 ? "." : "x";
    CAPTURE(text);
    std::array<std::uint8_t, 4> wanted{};
    const bool valid = inet_pton(AF_INET, text.c_str(), wanted.data()) == 1;
    const auto address = Address::parse(text);
    REQUIRE(address.has_value() == valid);
    if (valid) REQUIRE(std::ranges::equal(address->bytes(), wanted));
  }
}

TEST_CASE("masking keeps the first bits", "[base]") {
  struct Row {
    const char* address;
    unsigned bits;
    const char* masked;
  };
  const Row row = GENERATE(values<Row>({
      {"255.255.255.255", 0, "0.0.0.0"},
      {"255.255.255.255", 1, "128.0.0.0"},
      {"255.255.255.255", 15, "255.254.0.0"},
      {"255.255.255.255", 31, "255.255.255.254"},
      {"255.255.255.255", 32, "255.255.255.255"},
      {"255.255.255.255", 200, "255.255.255.255"},
      {"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 0, "::"},
      {"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 49, "ffff:ffff:ffff:8000::"},
      {"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 128, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
  }));
  CAPTURE(row.address, row.bits);
  CHECK(Address::parse(row.address)->masked(row.bits).to_string() == row.masked);
}

TEST_CASE("a prefix holds what it covers and says what is wrong with it", "[base]") {
  const Prefix prefix = *Prefix::parse("192.0.2.0/24");
  CHECK(prefix.contains(*Address::parse("192.0.2.255")));
  CHECK_FALSE(prefix.contains(*Address::parse("192.0.3.0")));
  CHECK_FALSE(prefix.contains(*Address::parse("::192.0.2.1")));
  CHECK(prefix.to_string() == "192.0.2.0/24");
  CHECK(Prefix::parse("2001:db8::1")->bits == 128);
  CHECK(Prefix::parse("0.0.0.0/0")->contains(*Address::parse("1.2.3.4")));

  CHECK(Prefix::parse("10.0.0.1/8").error() ==
        "\"10.0.0.1/8\" has bits set after the prefix length; did you mean \"10.0.0.0/8\"?");
  CHECK(Prefix::parse("10.0.0.0/33").error() ==
        "\"10.0.0.0/33\" has a prefix length that is not a number from 0 to 32");
  CHECK(Prefix::parse("10.0.0.0/").error() ==
        "\"10.0.0.0/\" has a prefix length that is not a number from 0 to 32");
  CHECK(Prefix::parse("10.0.0/8").error() == "\"10.0.0/8\" is not an address or prefix");
  CHECK_FALSE(Prefix::parse("::/-1"));
}

TEST_CASE("an address with a port is read in the forms that people write", "[base]") {
  CHECK(Endpoint::parse("192.0.2.1:53", 1)->to_string() == "192.0.2.1:53");
  CHECK(Endpoint::parse("192.0.2.1", 53)->to_string() == "192.0.2.1:53");
  CHECK(Endpoint::parse("[2001:db8::1]:53", 1)->to_string() == "[2001:db8::1]:53");
  CHECK(Endpoint::parse("[2001:db8::1]", 53)->to_string() == "[2001:db8::1]:53");
  CHECK(Endpoint::parse("2001:db8::1", 53)->to_string() == "[2001:db8::1]:53");
  for (const char* text :
       {"", ":53", "192.0.2.1:", "192.0.2.1:65536", "192.0.2.1:x", "[::1", "[::1]53",
        "[::1]:", "::1]:53", "localhost:53", "[192.0.2.1:53", "192.0.2.1:53:53"}) {
    CAPTURE(text);
    CHECK_FALSE(Endpoint::parse(text, 53));
  }
}

TEST_CASE("an IPv4 address within an IPv6 address is found", "[base][rfc6052][rfc3056][rfc4380]") {
  struct Row {
    const char* address;
    const char* inner;
    int bits_before;
  };
  const Row row = GENERATE(values<Row>({
      {"::ffff:192.0.2.1", "192.0.2.1", 96},
      {"64:ff9b::192.0.2.1", "192.0.2.1", 96},
      {"2002:c000:201::1", "192.0.2.1", 16},
      {"2001:0:1234::3fff:fdfe", "192.0.2.1", 96},  // Teredo: every bit of the client's inverted
  }));
  CAPTURE(row.address);
  const auto embedded = embedded_v4(*Address::parse(row.address));
  REQUIRE(embedded);
  CHECK(embedded->address.to_string() == row.inner);
  CHECK(embedded->bits_before == row.bits_before);
}

TEST_CASE("other addresses carry none", "[base]") {
  for (const char* text :
       {"192.0.2.1", "2001:db8::1", "::1", "64:ff9b:1::1", "2001:1::1", "2003::"}) {
    CAPTURE(text);
    CHECK_FALSE(embedded_v4(*Address::parse(text)));
  }
}
