#include "loadstar/wire/ecs.hpp"

#include <vector>

#include "catch.hpp"
#include "packet.hpp"

namespace loadstar::wire {
namespace {

using test::Bytes;
using test::Packet;

Bytes subnet_data(std::uint16_t family, std::uint8_t source, std::uint8_t scope,
                  std::initializer_list<std::uint8_t> address) {
  return Packet().u16(family).u8(source).u8(scope).raw(address).bytes();
}

TEST_CASE("a client subnet holds family, source and address", "[wire][rfc7871]") {
  struct Row {
    const char* what;
    Bytes data;
    ClientSubnet subnet;
  };
  const auto address = [](const char* text) { return *base::Address::parse(text); };
  const std::vector<Row> rows{
      {"IPv4 /24", subnet_data(1, 24, 0, {192, 0, 2}), {address("192.0.2.0"), 1, 24}},
      {"IPv4 /32", subnet_data(1, 32, 0, {192, 0, 2, 1}), {address("192.0.2.1"), 1, 32}},
      {"IPv4 /1", subnet_data(1, 1, 0, {0x80}), {address("128.0.0.0"), 1, 1}},
      {"IPv4 /25", subnet_data(1, 25, 0, {192, 0, 2, 0x80}), {address("192.0.2.128"), 1, 25}},
      {"IPv4 /0", subnet_data(1, 0, 0, {}), {address("0.0.0.0"), 1, 0}},
      {"IPv6 /32", subnet_data(2, 32, 0, {0x20, 1, 0x0d, 0xb8}), {address("2001:db8::"), 2, 32}},
      {"IPv6 /33",
       subnet_data(2, 33, 0, {0x20, 1, 0x0d, 0xb8, 0x80}),
       {address("2001:db8:8000::"), 2, 33}},
      {"IPv6 /0", subnet_data(2, 0, 0, {}), {address("::"), 2, 0}},
      {"IPv6 /128",
       subnet_data(2, 128, 0, {0x20, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}),
       {address("2001::1"), 2, 128}},
      {"family 0: no subnet", subnet_data(0, 0, 0, {}), {base::Address(), 0, 0}},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    CHECK(read_client_subnet(row.data) == row.subnet);
  }
}

TEST_CASE("a malformed client subnet is rejected", "[wire][rfc7871]") {
  struct Row {
    const char* what;
    Bytes data;
  };
  const std::vector<Row> rows{
      {"no data", {}},
      {"1 byte", {0}},
      {"2 bytes", {0, 1}},
      {"3 bytes", {0, 1, 0}},
      {"family 3", subnet_data(3, 24, 0, {192, 0, 2})},
      {"family 3 with source 0", subnet_data(3, 0, 0, {})},
      {"family 256", subnet_data(256, 24, 0, {192, 0, 2})},
      {"family 0 with a source", subnet_data(0, 8, 0, {10})},
      {"family 0 with an address", subnet_data(0, 0, 0, {10})},
      {"IPv4 source 33", subnet_data(1, 33, 0, {192, 0, 2, 1, 0})},
      {"IPv4 source 255", subnet_data(1, 255, 0, {192, 0, 2, 1})},
      {"IPv6 source 129",
       subnet_data(2, 129, 0, {0x20, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0})},
      {"address too short", subnet_data(1, 24, 0, {192, 0})},
      {"address too long", subnet_data(1, 24, 0, {192, 0, 2, 0})},
      {"no address", subnet_data(1, 24, 0, {})},
      {"source 0 with an address", subnet_data(1, 0, 0, {0})},
      {"one bit set after /23", subnet_data(1, 23, 0, {192, 0, 3})},
      {"one bit set after /1", subnet_data(1, 1, 0, {0xc0})},
      {"lowest bit set after /31", subnet_data(1, 31, 0, {192, 0, 2, 1})},
      {"one bit set after IPv6 /33", subnet_data(2, 33, 0, {0x20, 1, 0x0d, 0xb8, 0x40})},
      {"scope 24", subnet_data(1, 24, 24, {192, 0, 2})},
      {"scope 1 with source 0", subnet_data(1, 0, 1, {})},
      {"family 0 with a scope", subnet_data(0, 0, 1, {})},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    CHECK_FALSE(read_client_subnet(row.data));
  }
}

TEST_CASE("every source length is taken with exactly its bytes and bits", "[wire][rfc7871]") {
  for (const std::uint16_t family : {std::uint16_t{1}, std::uint16_t{2}}) {
    const unsigned most = family == 1 ? 32 : 128;
    for (unsigned source = 0; source <= most; ++source) {
      INFO("family " << family << " source " << source);
      Packet packet;
      packet.u16(family).u8(static_cast<std::uint8_t>(source)).u8(0);
      Bytes data = packet.bytes();
      data.resize(4 + (source + 7) / 8, 0xff);
      const bool whole_bytes = source % 8 == 0;
      if (!whole_bytes) {
        CHECK_FALSE(read_client_subnet(data));
        data.back() = static_cast<std::uint8_t>(0xff00U >> source % 8);
      }
      const auto subnet = read_client_subnet(data);
      REQUIRE(subnet);
      CHECK(subnet->source_bits == source);
      CHECK(subnet->address.masked(source) == subnet->address);
      data.push_back(0);
      CHECK_FALSE(read_client_subnet(data));
    }
  }
}

TEST_CASE("the answering option repeats what was asked and adds the scope", "[wire][rfc7871]") {
  struct Row {
    const char* what;
    Bytes asked;
    std::uint8_t scope;
    Bytes answer;
  };
  const std::vector<Row> rows{
      {"IPv4 /24", subnet_data(1, 24, 0, {192, 0, 2}), 16, subnet_data(1, 24, 16, {192, 0, 2})},
      {"scope longer than source", subnet_data(1, 8, 0, {10}), 20, subnet_data(1, 8, 20, {10})},
      {"IPv6 /33", subnet_data(2, 33, 0, {0x20, 1, 0x0d, 0xb8, 0x80}), 0,
       subnet_data(2, 33, 0, {0x20, 1, 0x0d, 0xb8, 0x80})},
      {"no subnet", subnet_data(2, 0, 0, {}), 0, subnet_data(2, 0, 0, {})},
      {"family 0", subnet_data(0, 0, 0, {}), 0, subnet_data(0, 0, 0, {})},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    const auto subnet = read_client_subnet(row.asked);
    REQUIRE(subnet);
    Bytes written(client_subnet_size(*subnet));
    CHECK(write_client_subnet(*subnet, row.scope, written.data()) == written.size());
    CHECK(written == Packet().option(8, row.answer).bytes());
  }
}

}  // namespace
}  // namespace loadstar::wire
