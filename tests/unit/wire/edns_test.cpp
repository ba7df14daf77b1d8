#include "loadstar/wire/edns.hpp"

#include <vector>

#include "catch.hpp"
#include "packet.hpp"

namespace loadstar::wire {
namespace {

using test::Bytes;
using test::Packet;

const Bytes kSubnet{0, 1, 24, 0, 192, 0, 2};
const Bytes kOtherSubnet{0, 1, 16, 0, 10, 1};
const Bytes kBadSubnet{0, 1, 24, 24, 192, 0, 2};

TEST_CASE("options that we do not know are passed over", "[wire][rfc6891]") {
  Packet rdata;
  for (std::uint16_t code = 100; code < 200; ++code) rdata.option(code, Bytes(code % 7, 0xff));
  rdata.option(option::kCookie, Bytes(8, 1)).option(option::kPadding, Bytes(64, 0));
  Edns edns;
  CHECK(read_options(rdata.bytes(), edns));
  CHECK_FALSE(edns.asks(Ask::Nsid));
  CHECK_FALSE(edns.asks(Ask::ClientSubnet));
}

TEST_CASE("NSID is asked for by its option", "[wire][rfc5001]") {
  Edns edns;
  CHECK(read_options(Packet().option(100).option(option::kNsid).bytes(), edns));
  CHECK(edns.asks(Ask::Nsid));
}

TEST_CASE("the client subnet is found among other options", "[wire][rfc7871]") {
  Packet rdata;
  rdata.option(option::kNsid).option(option::kEcs, kSubnet).option(option::kPadding, Bytes(3));
  Edns edns;
  REQUIRE(read_options(rdata.bytes(), edns));
  CHECK(edns.asks(Ask::ClientSubnet));
  CHECK(edns.asks(Ask::Nsid));
  CHECK(edns.subnet.address.to_string() == "192.0.2.0");
  CHECK(edns.subnet.source_bits == 24);
}

TEST_CASE("of several client subnets the first counts", "[wire][rfc7871]") {
  for (const Bytes& second : {kOtherSubnet, kBadSubnet}) {
    Edns edns;
    REQUIRE(read_options(
        Packet().option(option::kEcs, kSubnet).option(option::kEcs, second).bytes(), edns));
    CHECK(edns.subnet.source_bits == 24);
  }
}

TEST_CASE("a malformed client subnet spoils the options", "[wire][rfc7871]") {
  Edns edns;
  CHECK_FALSE(read_options(Packet().option(option::kEcs, kBadSubnet).bytes(), edns));
  CHECK_FALSE(edns.asks(Ask::ClientSubnet));
}

TEST_CASE("a cookie is 8 bytes of the client and none or 8 to 32 of a server", "[wire][rfc7873]") {
  for (std::size_t length = 0; length <= 64; ++length) {
    CAPTURE(length);
    const Bytes rdata = Packet().option(option::kCookie, Bytes(length, 7)).bytes();
    Edns edns;
    const bool valid = length == 8 || (length >= 16 && length <= 40);
    CHECK(read_options(rdata, edns) == valid);
    CHECK(edns.asks(Ask::Cookie) == valid);
    CHECK(edns.cookie.size() == (valid ? length : 0));
  }
}

TEST_CASE("of several cookies the first counts", "[wire][rfc7873]") {
  const Bytes rdata =
      Packet().option(option::kCookie, Bytes(8, 1)).option(option::kCookie, Bytes(3, 2)).bytes();
  Edns edns;
  REQUIRE(read_options(rdata, edns));
  CHECK(Bytes(edns.cookie.begin(), edns.cookie.end()) == Bytes(8, 1));
}

TEST_CASE("keepalive and padding are asked for by their option, whatever is in it",
          "[wire][rfc7828][rfc7830]") {
  Edns edns;
  REQUIRE(read_options(
      Packet().option(option::kKeepalive, Bytes(2)).option(option::kPadding, Bytes(9)).bytes(),
      edns));
  CHECK(edns.asks(Ask::Keepalive));
  CHECK(edns.asks(Ask::Padding));
}

TEST_CASE("a query's ZONEVERSION is empty", "[wire][rfc9660]") {
  Edns edns;
  CHECK(read_options(Packet().option(option::kZoneVersion).bytes(), edns));
  CHECK(edns.asks(Ask::ZoneVersion));
  CHECK_FALSE(read_options(Packet().option(option::kZoneVersion, Bytes(1)).bytes(), edns));
}

TEST_CASE("options that overrun their RDATA are an error", "[wire][rfc6891]") {
  struct Row {
    const char* what;
    Bytes rdata;
  };
  const std::vector<Row> rows{
      {"1 byte", {0}},
      {"3 bytes", {0, 3, 0}},
      {"length 1, no data", {0, 3, 0, 1}},
      {"length 65535", {0, 3, 0xff, 0xff, 0}},
      {"second option has half a header", {0, 3, 0, 0, 0, 8}},
      {"second option overruns", {0, 3, 0, 0, 0, 10, 0, 8, 1, 2, 3, 4, 5, 6, 7}},
      {"client subnet overruns", {0, 8, 0, 8, 0, 1, 24, 0, 192, 0, 2}},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    Edns edns;
    CHECK_FALSE(read_options(row.rdata, edns));
  }
}

TEST_CASE("no options are no error", "[wire][rfc6891]") {
  Edns edns;
  CHECK(read_options({}, edns));
}

}  // namespace
}  // namespace loadstar::wire
