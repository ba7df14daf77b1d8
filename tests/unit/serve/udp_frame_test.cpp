#include "loadstar/serve/udp_frame.hpp"

#include <algorithm>

#include "catch.hpp"
#include "world.hpp"

using namespace loadstar;
using namespace loadstar::serve;
using loadstar::serve::test::Bytes;

namespace {

constexpr auto kMalformed = UdpFrameError::Malformed;
constexpr auto kChecksum = UdpFrameError::Checksum;
constexpr std::size_t kEthernet = 14;
constexpr std::size_t kRoom = 2048;

const auto kClient4 = *base::Address::parse("198.51.100.7");
const auto kServer4 = *base::Address::parse("192.0.2.53");
const auto kClient6 = *base::Address::parse("2001:db8::7");
const auto kServer6 = *base::Address::parse("2001:db8:ffff::53");

void append(Bytes& bytes, std::initializer_list<unsigned> more) {
  for (const unsigned one : more) bytes.push_back(static_cast<std::uint8_t>(one));
}
void append(Bytes& bytes, std::span<const std::uint8_t> more) {
  bytes.insert(bytes.end(), more.begin(), more.end());
}
unsigned u16(const Bytes& bytes, std::size_t at) { return bytes.at(at) * 256U + bytes.at(at + 1); }
void put_u16(Bytes& bytes, std::size_t at, unsigned value) {
  bytes.at(at) = static_cast<std::uint8_t>(value >> 8);
  bytes.at(at + 1) = static_cast<std::uint8_t>(value);
}

/// By the book (RFC 1071): the sum of 16-bit numbers, one after another.
unsigned sum_of(const Bytes& bytes) {
  unsigned sum = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) sum += i % 2 == 0 ? bytes[i] * 256U : bytes[i];
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return sum;
}

std::size_t header_size(const Bytes& frame) { return frame.at(kEthernet) >> 4 == 4 ? 20 : 40; }

/// Of the frame, the checksum's own place included.
unsigned sum_of_pseudo_header(const Bytes& frame) {
  const std::size_t ip = header_size(frame);
  const auto from = frame.begin() + static_cast<std::ptrdiff_t>(kEthernet + (ip == 20 ? 12 : 8));
  const auto to = frame.begin() + static_cast<std::ptrdiff_t>(kEthernet + ip);
  Bytes pseudo(from, to);
  append(pseudo, {frame[kEthernet + ip + 4], frame[kEthernet + ip + 5], 0, 17});
  return sum_of(pseudo);
}
unsigned sum_of_datagram(const Bytes& frame) {
  const std::size_t udp = kEthernet + header_size(frame);
  const auto from = frame.begin() + static_cast<std::ptrdiff_t>(udp);
  const unsigned datagram =
      sum_of(Bytes(from, from + static_cast<std::ptrdiff_t>(u16(frame, udp + 4))));
  const unsigned sum = datagram + sum_of_pseudo_header(frame);
  return (sum & 0xffff) + (sum >> 16);
}

void seal(Bytes& frame) {
  const std::size_t at = kEthernet + header_size(frame) + 6;
  put_u16(frame, at, 0);
  put_u16(frame, at, ~sum_of_datagram(frame));
}

/// From port 4660 of the client to port 53.
Bytes frame_of(const base::Address& client, const base::Address& server, const Bytes& payload) {
  Bytes frame{2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2};
  const auto length = static_cast<unsigned>(8 + payload.size());
  if (client.is_v4()) {
    append(frame, {8, 0, 0x45, 0xb8, (20 + length) >> 8, (20 + length) & 255, 0x12, 0x34, 0x40, 0,
                   55, 17, 0, 0});
  } else {
    append(frame, {0x86, 0xdd, 0x6b, 0x81, 0x23, 0x45, length >> 8, length & 255, 17, 55});
  }
  append(frame, client.bytes());
  append(frame, server.bytes());
  append(frame, {0x12, 0x34, 0, 53, length >> 8, length & 255, 0, 0});
  append(frame, payload);
  seal(frame);
  return frame;
}
Bytes frame4(const Bytes& payload) { return frame_of(kClient4, kServer4, payload); }
Bytes frame6(const Bytes& payload) { return frame_of(kClient6, kServer6, payload); }

Bytes payload_of(std::size_t size) {
  Bytes payload(size);
  for (std::size_t i = 0; i < size; ++i) payload[i] = static_cast<std::uint8_t>(i * 37 + 11);
  return payload;
}

std::optional<UdpFrameError> error_of(const Bytes& frame) {
  const auto read = read_udp_frame(frame);
  return read ? std::nullopt : std::optional(read.error());
}

Bytes with(Bytes bytes, std::size_t at, unsigned value) {
  bytes.at(at) = static_cast<std::uint8_t>(value);
  return bytes;
}

/// The frame of an answer to the frame of a query.
Bytes answered(Bytes frame, const Bytes& answer, std::uint16_t id = 0x4321) {
  const auto query = read_udp_frame(frame);
  REQUIRE(query);
  frame.resize(kRoom);
  std::ranges::copy(answer, frame.begin() + query->payload_at);
  frame.resize(write_udp_answer(frame.data(), *query, answer.size(), id));
  return frame;
}

}  // namespace

TEST_CASE("a frame tells where its datagram lies and who sent it", "[serve][xdp]") {
  for (const std::size_t size : {0U, 1U, 12U, 31U, 512U, 1472U}) {
    INFO(size);
    const auto four = read_udp_frame(frame4(payload_of(size)));
    REQUIRE(four);
    CHECK(four->payload_at == 42);
    CHECK(four->payload_size == size);
    CHECK(four->client == kClient4);
    const auto six = read_udp_frame(frame6(payload_of(size)));
    REQUIRE(six);
    CHECK(six->payload_at == 62);
    CHECK(six->payload_size == size);
    CHECK(six->client == kClient6);
  }
}

TEST_CASE("what stands behind the datagram of a frame does not count", "[serve][xdp]") {
  Bytes padded = frame4(payload_of(3));
  padded.resize(60, 0xff);
  const auto read = read_udp_frame(padded);
  REQUIRE(read);
  CHECK(read->payload_size == 3);
}

TEST_CASE("a frame that ends too early is malformed wherever it ends", "[serve][xdp]") {
  for (const Bytes& whole : {frame4(payload_of(30)), frame6(payload_of(30))}) {
    for (std::size_t size = 0; size < whole.size(); ++size)
      CHECK(error_of(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size))) ==
            kMalformed);
  }
}

TEST_CASE("a frame with other headers is malformed", "[serve][xdp]") {
  const Bytes four = frame4(payload_of(30));
  const Bytes six = frame6(payload_of(30));
  CHECK(error_of(with(four, 13, 6)) == kMalformed);                  // ARP
  CHECK(error_of(with(with(four, 12, 0x81), 13, 0)) == kMalformed);  // VLAN
  CHECK(error_of(with(four, 14, 0x46)) == kMalformed);               // options
  CHECK(error_of(with(four, 14, 0x65)) == kMalformed);
  CHECK(error_of(with(four, 23, 6)) == kMalformed);  // TCP
  CHECK(error_of(with(six, 14, 0x45)) == kMalformed);
  CHECK(error_of(with(six, 20, 0)) == kMalformed);    // hop-by-hop options
  CHECK(error_of(with(six, 20, 44)) == kMalformed);   // a fragment
  CHECK(error_of(with(four, 39, 7)) == kMalformed);   // UDP length below that of its header
  CHECK(error_of(with(four, 39, 39)) == kMalformed);  // and beyond the frame
  CHECK(error_of(with(four, 38, 0xff)) == kMalformed);
}

TEST_CASE("a bit that changes on the way to us is noticed", "[serve][xdp]") {
  for (const Bytes& whole : {frame4(payload_of(31)), frame6(payload_of(31))}) {
    const std::size_t udp = kEthernet + header_size(whole);
    for (std::size_t at = udp - (whole[14] >> 4 == 4 ? 8 : 32); at < whole.size(); ++at) {
      for (unsigned bit = 1; bit < 256; bit <<= 1) {
        INFO(at << " " << bit);
        CHECK(error_of(with(whole, at, whole[at] ^ bit)).has_value());
      }
    }
  }
}

TEST_CASE("a datagram without a checksum is taken over IPv4 only", "[serve][xdp]") {
  CHECK(error_of(with(with(frame4(payload_of(9)), 40, 0), 41, 0)) == std::nullopt);
  CHECK(error_of(with(with(frame6(payload_of(9)), 60, 0), 61, 0)) == kChecksum);
}

TEST_CASE("a checksum that was left to a device is taken as Linux takes it", "[serve][xdp]") {
  for (Bytes frame : {frame4(payload_of(9)), frame6(payload_of(9))}) {
    put_u16(frame, kEthernet + header_size(frame) + 6, sum_of_pseudo_header(frame));
    CHECK(error_of(frame) == std::nullopt);
    put_u16(frame, kEthernet + header_size(frame) + 6, sum_of_pseudo_header(frame) + 1);
    CHECK(error_of(frame) == kChecksum);
  }
}

TEST_CASE("an answer goes back the way that the query came", "[serve][xdp]") {
  const Bytes answer = payload_of(101);
  const Bytes four = answered(frame4(payload_of(30)), answer);
  Bytes expected{2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0};
  append(expected, {0x45, 0, 0, 129, 0x43, 0x21, 0, 0, 64, 17, four[24], four[25]});
  append(expected, kServer4.bytes());
  append(expected, kClient4.bytes());
  append(expected, {0, 53, 0x12, 0x34, 0, 109, four[40], four[41]});
  append(expected, answer);
  CHECK(four == expected);

  const Bytes six = answered(frame6(payload_of(30)), answer);
  expected = {2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x86, 0xdd, 0x60, 0, 0, 0, 0, 109, 17, 64};
  append(expected, kServer6.bytes());
  append(expected, kClient6.bytes());
  append(expected, {0, 53, 0x12, 0x34, 0, 109, six[60], six[61]});
  append(expected, answer);
  CHECK(six == expected);
}

TEST_CASE("the checksums of an answer are right at any size", "[serve][xdp]") {
  for (std::size_t size = 12; size <= 1232; size += size < 64 ? 1 : 61) {
    INFO(size);
    for (const Bytes& query : {frame4(payload_of(40)), frame6(payload_of(40))}) {
      const Bytes frame = answered(query, payload_of(size));
      CHECK(sum_of_datagram(frame) == 0xffff);
      if (header_size(frame) == 20)
        CHECK(sum_of(Bytes(frame.begin() + 14, frame.begin() + 34)) == 0xffff);
    }
  }
}

TEST_CASE("a checksum that comes out as zero is written as its other form", "[serve][xdp]") {
  Bytes answer = payload_of(12);
  answer[10] = answer[11] = 0;
  const Bytes frame = answered(frame6(payload_of(12)), answer);
  // What the checksum is at two bytes of zero makes it zero when it stands there.
  answer[10] = frame[60];
  answer[11] = frame[61];
  const Bytes other = answered(frame6(payload_of(12)), answer);
  CHECK(u16(other, 60) == 0xffff);
  CHECK(sum_of_datagram(other) == 0xffff);
}
