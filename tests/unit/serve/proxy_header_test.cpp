#include "loadstar/serve/proxy_header.hpp"

#include "catch.hpp"
#include "proxy.hpp"

using namespace loadstar;
using namespace loadstar::serve;
using namespace loadstar::serve::test;

namespace {

constexpr auto kMalformed = ProxyHeaderError::Malformed;
constexpr auto kIncomplete = ProxyHeaderError::Incomplete;

std::optional<ProxyHeaderError> error_of(const Bytes& bytes) {
  const auto header = read_proxy_header(bytes);
  return header ? std::nullopt : std::optional(header.error());
}

Bytes with(Bytes bytes, std::size_t at, std::uint8_t value) {
  bytes.at(at) = value;
  return bytes;
}

const Bytes kV4{192, 0, 2, 1, 198, 51, 100, 2, 0x12, 0x34, 0, 53};

}  // namespace

TEST_CASE("a PROXY header tells the client's address", "[serve][proxy]") {
  const auto address =
      GENERATE(as<std::string_view>(), "192.0.2.7", "2001:db8::7", "255.255.255.255", "::");
  const auto client = *base::Address::parse(address);
  const Bytes bytes = proxy_header(client) + query(1);
  const auto header = read_proxy_header(bytes);
  REQUIRE(header);
  CHECK(header->client == client);
  CHECK(header->size == bytes.size() - query(1).size());
}

TEST_CASE("a LOCAL header tells no client, whatever else it says", "[serve][proxy]") {
  const Bytes addresses = GENERATE(Bytes{}, Bytes{1, 2, 3}, kV4);
  const auto header = read_proxy_header(proxy_header(0x20, 0, addresses));
  REQUIRE(header);
  CHECK(header->client == std::nullopt);
  CHECK(header->size == 16 + addresses.size());
}

TEST_CASE("TLVs of a PROXY header are passed over when they are whole", "[serve][proxy]") {
  struct Case {
    Bytes tlvs;
    bool good;
  };
  const Case cases[] = {
      {{}, true},
      {{4, 0, 0}, true},
      {{1, 0, 3, 'd', 'o', 't', 0xe0, 0, 1, 9}, true},
      {{1}, false},
      {{1, 0}, false},
      {{1, 0, 1}, false},
      {{1, 0xff, 0xff, 0}, false},
      {{4, 0, 0, 7}, false},
  };
  for (const Case& row : cases) {
    INFO(row.tlvs.size());
    CHECK(error_of(proxy_header(0x21, 0x12, kV4 + row.tlvs)).has_value() != row.good);
  }
}

TEST_CASE("a PROXY header that is not one is told from one that is not complete",
          "[serve][proxy]") {
  const Bytes good = proxy_header(0x21, 0x11, kV4);
  for (std::size_t size = 0; size < good.size(); ++size) {
    CHECK(error_of(Bytes(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size))) ==
          kIncomplete);
  }
  for (std::size_t at = 0; at < 12; ++at) {
    CHECK(error_of(with(good, at, static_cast<std::uint8_t>(good[at] ^ 1))) == kMalformed);
  }
  CHECK(error_of({0}) == kMalformed);
  CHECK(error_of(with(good, 12, 0x11)) == kMalformed);  // version 1
  CHECK(error_of(with(good, 12, 0x22)) == kMalformed);  // no such command
  for (const std::uint8_t family : Bytes{0x00, 0x01, 0x10, 0x13, 0x31, 0x41, 0xff}) {
    CHECK(error_of(with(good, 13, family)) == kMalformed);
  }
  CHECK(error_of(with(good, 13, 0x21)) == kMalformed);  // IPv6 does not fit 12 bytes
  CHECK(error_of(proxy_header(0x21, 0x11, Bytes(kV4.begin(), kV4.end() - 1))) == kMalformed);
}

TEST_CASE("the length of a PROXY header has a bound", "[serve][proxy]") {
  const auto local = [](std::size_t size) { return proxy_header(0x20, 0, Bytes(size)); };
  CHECK(error_of(local(kMaxProxyHeader - 16)) == std::nullopt);
  CHECK(error_of(local(kMaxProxyHeader - 15)) == kMalformed);
  CHECK(error_of(local(65'535)) == kMalformed);
}
