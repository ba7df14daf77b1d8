#include <boost/asio/io_context.hpp>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "loadstar/health/icmp_echo.hpp"
#include "loadstar/health/prober.hpp"

#include "catch.hpp"
#include "fixture.hpp"
#include "probe_bench.hpp"

namespace loadstar::health {
namespace {

constexpr std::array kFamilies{base::Family::V4, base::Family::V6};

model::Monitor icmp_monitor() {
  model::Monitor monitor = tcp_monitor(0);
  monitor.type = model::MonitorType::Icmp;
  return monitor;
}

/// The kernel's reply to a request, but for the checksum.
std::array<std::uint8_t, kEchoSize> reply_to(base::Family family, const Echo& echo) {
  auto message = render_echo_request(family, echo);
  message[0] = family == base::Family::V4 ? 0 : 129;
  return message;
}

TEST_CASE("an echo reply says what the request said", "[health][icmp]") {
  const Echo echo{0x1234, 0xfffe, 0x0102'0304'0506'0708};
  for (const base::Family family : kFamilies) {
    CHECK(read_echo_reply(family, reply_to(family, echo)) == echo);
    CHECK_FALSE(read_echo_reply(family, render_echo_request(family, echo)));
    const auto quoted = read_quoted_request(family, render_echo_request(family, echo));
    REQUIRE(quoted);
    CHECK(quoted->identifier == echo.identifier);
    CHECK(quoted->sequence == echo.sequence);
  }
}

TEST_CASE("a checksum makes the sum of the message all ones (RFC 1071)", "[health][icmp]") {
  const auto message =
      render_echo_request(base::Family::V4, {0xabcd, 0x8001, 0xffff'0000'1234'5678});
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < message.size(); i += 2)
    sum += static_cast<std::uint32_t>(message[i] << 8U | message[i + 1]);
  while (sum >> 16U != 0) sum = (sum & 0xffffU) + (sum >> 16U);
  CHECK(sum == 0xffff);
}

TEST_CASE("what is no whole reply is none", "[health][icmp]") {
  for (const base::Family family : kFamilies) {
    const auto reply = reply_to(family, {1, 2, 3});
    for (std::size_t size = 0; size < reply.size(); ++size)
      CHECK_FALSE(read_echo_reply(family, std::span(reply).first(size)));
    std::vector<std::uint8_t> longer(reply.begin(), reply.end());
    longer.push_back(0);
    CHECK_FALSE(read_echo_reply(family, longer));
  }
}

TEST_CASE("an IPv4 header is taken off with its options", "[health][icmp]") {
  std::vector<std::uint8_t> packet(24 + 4, 0);
  packet[0] = 0x46;
  CHECK(without_ipv4_header(packet).size() == 4);
  packet[0] = 0x4f;  // 60 bytes are not there
  CHECK(without_ipv4_header(packet).empty());
  packet[0] = 0x44;  // 16 bytes are too few
  CHECK(without_ipv4_header(packet).empty());
  CHECK(without_ipv4_header(std::span(packet).first(19)).empty());
}

bool may_send_icmp() {
  for (const int type : {SOCK_DGRAM, SOCK_RAW}) {
    const int socket = ::socket(AF_INET, type, IPPROTO_ICMP);
    if (socket < 0) continue;
    ::close(socket);
    return true;
  }
  return false;
}

TEST_CASE("an icmp probe of this machine succeeds", "[health][icmp]") {
  Bench bench;
  for (const char* const address : {"127.0.0.1", "127.1.2.3", "[::1]"}) {
    INFO(address);
    const Result result = bench.probe(icmp_monitor(), *base::Endpoint::parse(address, 0), kAmple);
    if (result.outcome == Outcome::Success) {
      CHECK(result.text == "echo reply");
      CHECK(result.latency.count() > 0);
    } else if (may_send_icmp()) {
      CHECK(std::string_view(address) == "[::1]");  // a machine without IPv6
    } else {
      CHECK(result.text == "this machine does not let us send ICMP");
      CHECK(result.outcome == Outcome::NotProbed);
    }
  }
}

TEST_CASE("an icmp probe of an address without a way there is unreachable", "[health][icmp]") {
  if (!may_send_icmp()) return;
  Bench bench;
  const auto broadcast = *base::Endpoint::parse("255.255.255.255", 0);
  CHECK(bench.probe(icmp_monitor(), broadcast, kAmple).outcome == Outcome::Unreachable);
  // One that failed leaves nothing behind for the next.
  const auto own = *base::Endpoint::parse("127.0.0.1", 0);
  CHECK(bench.probe(icmp_monitor(), own, kAmple).outcome == Outcome::Success);
}

TEST_CASE("many icmp probes at once each get their own reply", "[health][icmp]") {
  if (!may_send_icmp()) return;
  Bench bench;
  model::Monitor monitor = icmp_monitor();
  monitor.timeout = kAmple;
  int good = 0;
  constexpr int kProbes = 300;
  for (int i = 0; i < kProbes; ++i) {
    const std::string address = "127.0.1." + std::to_string(1 + i % 250);
    bench.probers.at(monitor.type)->probe(target_of(monitor, address), [&](const Result& result) {
      if (result.outcome == Outcome::Success) ++good;
    });
  }
  bench.io.run();
  CHECK(good == kProbes);
}

}  // namespace
}  // namespace loadstar::health
