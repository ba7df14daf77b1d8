#include "loadstar/health/prober.hpp"

#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <optional>
#include <sys/resource.h>
#include <utility>

#include "catch.hpp"
#include "fixture.hpp"
#include "peer.hpp"
#include "probe_bench.hpp"

namespace loadstar::health {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

std::size_t open_descriptors() {
  const std::filesystem::directory_iterator listing("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(listing), end(listing)));
}

TEST_CASE("a tcp probe succeeds where somebody listens", "[health][tcp]") {
  Bench bench;
  const Peer peer(bench.io, {.then = Manners::Then::StayOpen});
  const Result result = bench.probe(tcp_monitor(), peer.address(), kAmple);
  CHECK(result.outcome == Outcome::Success);
  CHECK(result.text == "connected");
  CHECK(result.latency.count() > 0);
}

TEST_CASE("probes of both types are refused where nobody listens", "[health][tcp][http]") {
  Bench bench;
  const DeadPort dead(bench.io);
  for (const model::Monitor& monitor : {tcp_monitor(), http_monitor()}) {
    const Result result = bench.probe(monitor, dead.address(), kAmple);
    CHECK(result.outcome == Outcome::Refused);
    CHECK(result.text == "connection refused");
  }
}

TEST_CASE("a tcp probe of a listener whose queue is full times out", "[health][tcp]") {
  Bench bench;
  tcp::acceptor full(bench.io);
  full.open(tcp::v4());
  full.bind({asio::ip::address_v4::loopback(), 0});
  full.listen(0);  // Linux queues one connection more than the backlog; the next SYN is dropped
  tcp::socket filler(bench.io);
  filler.connect(full.local_endpoint());
  const base::Endpoint address{*base::Address::parse("127.0.0.1"), full.local_endpoint().port()};
  const Result result = bench.probe(tcp_monitor(), address, kShort);
  CHECK(result.outcome == Outcome::Timeout);
  CHECK(result.text == "timeout after 150ms while connecting");
}

TEST_CASE("a probe of an address without a way there is unreachable", "[health][tcp]") {
  Bench bench;
  // Class E (RFC 1112 4) is routed by nobody; broadcast cannot be connected to.
  const auto address = *base::Endpoint::parse("255.255.255.255:80", 80);
  CHECK(bench.probe(tcp_monitor(), address, kAmple).outcome == Outcome::Unreachable);
}

TEST_CASE("IPv6 targets are probed over IPv6", "[health][tcp][http]") {
  Bench bench;
  std::optional<Peer> peer;
  try {
    peer.emplace(bench.io, Manners{.answer = "HTTP/1.1 200 OK\r\n\r\n"}, "::1");
  } catch (const boost::system::system_error&) {
    const auto address = *base::Endpoint::parse("[::1]:80", 80);  // a machine without IPv6
    CHECK(bench.probe(tcp_monitor(), address, kAmple).outcome == Outcome::Unreachable);
    return;
  }
  CHECK(bench.probe(tcp_monitor(), peer->address(), kAmple).outcome == Outcome::Success);
  CHECK(bench.probe(http_monitor(), peer->address(), kAmple).outcome == Outcome::Success);
  CHECK(peer->request().find("Host: [::1]:") != std::string::npos);
}

struct Row {
  const char* what;
  Manners manners;
  milliseconds timeout;
  const char* body;
  Outcome outcome;
  const char* text;
};

TEST_CASE("an http probe ends whatever the peer does", "[health][http]") {
  using enum Manners::Then;
  const std::string ok = "HTTP/1.1 200 OK\r\n";
  const std::string filler(1000, 'x');
  const std::vector<Row> rows{
      {"good",
       {ok + "Content-Length: 2\r\n\r\nok"},
       kAmple,
       "ok",
       Outcome::Success,
       "status 200, body has \"ok\""},
      {"good, and stays", {ok + "\r\n", "", StayOpen}, kAmple, "", Outcome::Success, "status 200"},
      {"wrong status",
       {"HTTP/1.1 503 Busy\r\n\r\n"},
       kAmple,
       "",
       Outcome::WrongStatus,
       "status 503, wanted 200-299"},
      {"missing text",
       {ok + "\r\nno"},
       kAmple,
       "ok",
       Outcome::WrongBody,
       "no \"ok\" in the first 2 bytes of the body"},
      {"chunked",
       {ok + "Transfer-Encoding: chunked\r\n\r\n1\r\no\r\n1\r\nk\r\n0\r\n\r\n"},
       kAmple,
       "ok",
       Outcome::Success,
       "status 200, body has \"ok\""},
      {"endless body",
       {ok + "\r\n", filler},
       kAmple,
       "ok",
       Outcome::WrongBody,
       "no \"ok\" in the first 65536 bytes of the body"},
      {"endless header",
       {ok + "X: ", filler},
       kAmple,
       "",
       Outcome::Malformed,
       "not a valid HTTP answer: header limit exceeded"},
      {"endless headers",
       {ok, "X: y\r\n"},
       kAmple,
       "",
       Outcome::Malformed,
       "not a valid HTTP answer: header limit exceeded"},
      {"endless empty chunks' extensions",
       {ok + "Transfer-Encoding: chunked\r\n\r\n1;", filler},
       kAmple,
       "ok",
       Outcome::Malformed,
       "not a valid HTTP answer: header without an end"},
      {"garbage",
       {"SSH-2.0-peer\r\n", "", StayOpen},
       kAmple,
       "",
       Outcome::Malformed,
       "not a valid HTTP answer: another protocol"},
      {"closes without an answer", {""}, kAmple, "", Outcome::Closed, "closed without an answer"},
      {"closes in the header",
       {ok},
       kAmple,
       "",
       Outcome::Closed,
       "closed before the answer was complete"},
      {"silent",
       {"", "", StayOpen},
       kShort,
       "",
       Outcome::Timeout,
       "timeout after 150ms while waiting for the answer"},
      {"stops in the body",
       {ok + "Content-Length: 9\r\n\r\nx", "", StayOpen},
       kShort,
       "ok",
       Outcome::Timeout,
       "timeout after 150ms while reading the answer"},
      {"interim answers without end",
       {"", "HTTP/1.1 102 Wait\r\n\r\n"},
       kAmple,
       "",
       Outcome::Malformed,
       "not a valid HTTP answer: too many interim answers"},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    Bench bench;
    const Peer peer(bench.io, row.manners);
    model::Monitor monitor = http_monitor();
    monitor.http.expect.body = row.body;
    const Result result = bench.probe(monitor, peer.address(), row.timeout);
    CHECK(result.outcome == row.outcome);
    CHECK(result.text == row.text);
  }
}

TEST_CASE("an http probe of a peer that hangs up unread is closed", "[health][http]") {
  Bench bench;
  const Peer peer(bench.io, {.then = Manners::Then::CloseUnread});
  const Result result = bench.probe(http_monitor(), peer.address(), kAmple);
  CHECK(result.outcome == Outcome::Closed);
}

TEST_CASE("the peer sees the request that the monitor says", "[health][http]") {
  Bench bench;
  const Peer peer(bench.io, {.answer = "HTTP/1.1 200 OK\r\n\r\n"});
  model::Monitor monitor = http_monitor();
  monitor.http.method = "HEAD";
  monitor.http.path = "/healthz";
  monitor.http.host = "www.example.com";
  monitor.http.headers = {{"X-Probe", "yes"}};
  CHECK(bench.probe(monitor, peer.address(), kAmple).outcome == Outcome::Success);
  CHECK(peer.request() ==
        "HEAD /healthz HTTP/1.1\r\nHost: www.example.com\r\nUser-Agent: loadstar\r\n"
        "Accept: */*\r\nConnection: close\r\nX-Probe: yes\r\n\r\n");
}

TEST_CASE("redirects are followed so often and no more", "[health][http]") {
  Bench bench;
  const Peer peer(bench.io, {.answer = "HTTP/1.1 302 Found\r\nLocation: /next\r\n\r\n"});
  model::Monitor monitor = http_monitor();
  CHECK(bench.probe(monitor, peer.address(), kAmple).text == "status 302, wanted 200-299");
  CHECK(peer.request().starts_with("GET / "));
  monitor.http.follow_redirects = 2;
  const Result result = bench.probe(monitor, peer.address(), kAmple);
  CHECK(result.outcome == Outcome::WrongStatus);
  CHECK(result.text == "status 302, wanted 200-299");
  CHECK(peer.request().starts_with("GET /next "));
}

TEST_CASE("a redirect to another place is not followed", "[health][http]") {
  Bench bench;
  const Peer peer(bench.io,
                  {.answer = "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.9/\r\n\r\n"});
  model::Monitor monitor = http_monitor();
  monitor.http.follow_redirects = 5;
  CHECK(bench.probe(monitor, peer.address(), kAmple).text ==
        "status 302, wanted 200-299; redirected to where probes do not follow");
}

TEST_CASE("probes leave no descriptor open", "[health][tcp][http]") {
  Bench bench;
  const DeadPort dead(bench.io);
  tcp::acceptor silent(bench.io, {asio::ip::address_v4::loopback(), 0});  // queues, never accepts
  const base::Endpoint silent_address{dead.address().address, silent.local_endpoint().port()};
  const std::size_t before = open_descriptors();
  for (int i = 0; i < 5; ++i) {
    CHECK(bench.probe(tcp_monitor(), silent_address, kAmple).outcome == Outcome::Success);
    CHECK(bench.probe(http_monitor(), silent_address, kShort).outcome == Outcome::Timeout);
    CHECK(bench.probe(http_monitor(), dead.address(), kAmple).outcome == Outcome::Refused);
  }
  CHECK(open_descriptors() == before);
}

/// Leaves the process without a free descriptor while it lives.
class NoDescriptors {
 public:
  NoDescriptors() {
    getrlimit(RLIMIT_NOFILE, &before_);
    const rlimit none{0, before_.rlim_max};
    setrlimit(RLIMIT_NOFILE, &none);
  }
  ~NoDescriptors() { setrlimit(RLIMIT_NOFILE, &before_); }
  NoDescriptors(const NoDescriptors&) = delete;
  NoDescriptors& operator=(const NoDescriptors&) = delete;

 private:
  rlimit before_{};
};

TEST_CASE("a probe that this machine cannot make says nothing of the target", "[health][tcp]") {
  Bench bench;
  const Peer peer(bench.io, {});
  const NoDescriptors none;
  const Result result = bench.probe(tcp_monitor(), peer.address(), kAmple);
  CHECK(result.outcome == Outcome::NotProbed);
  CHECK_FALSE(verdict_input(result.outcome).has_value());
}

TEST_CASE("every outcome has its own label", "[health]") {
  std::vector<std::string_view> labels;
  for (int i = 0; i <= static_cast<int>(Outcome::NotProbed); ++i)
    labels.push_back(to_string(static_cast<Outcome>(i)));
  std::ranges::sort(labels);
  CHECK(labels.front() != "");
  CHECK(std::ranges::adjacent_find(labels) == labels.end());
}

}  // namespace
}  // namespace loadstar::health
