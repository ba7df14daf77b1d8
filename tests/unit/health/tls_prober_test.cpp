#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include "catch.hpp"
#include "fixture.hpp"
#include "peer.hpp"
#include "probe_bench.hpp"
#include "temporary_folder.hpp"
#include "tls_peer.hpp"

namespace loadstar::health {
namespace {

constexpr auto kName = "www.example.com";

model::Monitor monitor_of(model::MonitorType type) {
  model::Monitor monitor = tcp_monitor();
  monitor.type = type;
  monitor.tls.server_name = kName;
  return monitor;
}

/// An authority, in a file for those who trust it.
struct Authority {
  Certificate root{"DNS:root.example", 30, nullptr};
  test::TemporaryFolder folder;
  std::string file = folder.write("root.pem", root.pem()).string();

  [[nodiscard]] Certificate issue(const std::string& names, int days = 30) const {
    return {names, days, &root};
  }
};

TEST_CASE("a tls probe tells how long the certificate holds", "[health][tls]") {
  Bench bench;
  const Authority authority;
  const TlsPeer peer(bench.io, authority.issue("DNS:www.example.com", 20));
  model::Monitor monitor = monitor_of(model::MonitorType::Tls);
  monitor.tls.ca_file = authority.file;
  const Result result = bench.probe(monitor, peer.address(), kAmple);
  CHECK(result.outcome == Outcome::Success);
  CHECK(result.text == "TLSv1.3, certificate ends in 20 days");
  CHECK(peer.asked_for() == kName);
}

TEST_CASE("a certificate must be for the name, trusted, and in time", "[health][tls][rfc9525]") {
  struct Row {
    const char* what;
    std::string names;
    int days;
    std::function<void(model::TlsExpectation&)> expect;
    Outcome outcome;
    const char* text;
  };
  using Tls = model::TlsExpectation;
  const auto as_it_is = [](Tls&) {};
  const std::vector<Row> rows{
      {"another name", "DNS:mail.example.com", 30, as_it_is, Outcome::BadCertificate,
       "certificate: hostname mismatch"},
      {"a wildcard", "DNS:*.example.com", 30, as_it_is, Outcome::Success,
       "TLSv1.3, certificate ends in 30 days"},
      {"a wildcard for more labels", "DNS:*.com", 30, as_it_is, Outcome::BadCertificate,
       "certificate: hostname mismatch"},
      {"part of a label", "DNS:w*.example.com", 30, as_it_is, Outcome::BadCertificate,
       "certificate: hostname mismatch"},
      {"over", "DNS:www.example.com", -2, as_it_is, Outcome::BadCertificate,
       "certificate: certificate has expired"},
      {"over, and nobody looks", "DNS:www.example.com", -2,
       [](Tls& tls) {
         tls.verify = false;
         tls.ca_file = "";
       },
       Outcome::Success, "TLSv1.3, certificate ends in -1 days"},
      {"over, and nobody looks but at the days", "DNS:www.example.com", -2,
       [](Tls& tls) {
         tls = {.server_name = kName, .verify = false, .ca_file = "", .min_days_left = 1};
       },
       Outcome::BadCertificate, "certificate ends in -1 days, 1 wanted"},
      {"soon over", "DNS:www.example.com", 6, [](Tls& tls) { tls.min_days_left = 7; },
       Outcome::BadCertificate, "certificate ends in 6 days, 7 wanted"},
      {"not soon enough over", "DNS:www.example.com", 7, [](Tls& tls) { tls.min_days_left = 7; },
       Outcome::Success, "TLSv1.3, certificate ends in 7 days"},
      {"the root over before", "DNS:www.example.com", 90, [](Tls& tls) { tls.min_days_left = 31; },
       Outcome::BadCertificate, "certificate ends in 30 days, 31 wanted"},
      {"an address", "IP:127.0.0.1", 30, [](Tls& tls) { tls.server_name = "127.0.0.1"; },
       Outcome::Success, "TLSv1.3, certificate ends in 30 days"},
      {"another address", "IP:127.0.0.2", 30, [](Tls& tls) { tls.server_name = "127.0.0.1"; },
       Outcome::BadCertificate, "certificate: IP address mismatch"},
      {"unknown authority", "DNS:www.example.com", 30, [](Tls& tls) { tls.ca_file = ""; },
       Outcome::BadCertificate, "certificate: unable to get local issuer certificate"},
      {"unknown authority and name, and nobody looks", "DNS:x.example", 30,
       [](Tls& tls) {
         tls.verify = false;
         tls.ca_file = "";
       },
       Outcome::Success, "TLSv1.3, certificate ends in 30 days"},
  };
  const Authority authority;
  for (const Row& row : rows) {
    INFO(row.what);
    Bench bench;
    const TlsPeer peer(bench.io, authority.issue(row.names, row.days), "HTTP/1.1 200 OK\r\n\r\n");
    for (const auto type : {model::MonitorType::Tls, model::MonitorType::Https}) {
      model::Monitor monitor = monitor_of(type);
      monitor.tls.ca_file = authority.file;
      row.expect(monitor.tls);
      const Result result = bench.probe(monitor, peer.address(), kAmple);
      CHECK(result.outcome == row.outcome);
      const bool is_answer = type == model::MonitorType::Https && row.outcome == Outcome::Success;
      CHECK(result.text == (is_answer ? "status 200" : row.text));
    }
  }
}

TEST_CASE("an https probe judges the answer as an http probe does", "[health][https]") {
  Bench bench;
  const Authority authority;
  const TlsPeer peer(bench.io, authority.issue("DNS:www.example.com"),
                     "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nready");
  model::Monitor monitor = monitor_of(model::MonitorType::Https);
  monitor.tls.ca_file = authority.file;
  monitor.http.expect.body = "ready";
  Result result = bench.probe(monitor, peer.address(), kAmple);
  CHECK(result.outcome == Outcome::Success);
  CHECK(result.text == "status 200, body has \"ready\"");
  CHECK(peer.request().starts_with("GET / HTTP/1.1\r\nHost: www.example.com:"));

  monitor.http.expect.body = "well";
  result = bench.probe(monitor, peer.address(), kAmple);
  CHECK(result.outcome == Outcome::WrongBody);
}

TEST_CASE("a peer that does not speak TLS fails a probe over it, whatever it does",
          "[health][tls][https]") {
  using enum Manners::Then;
  for (const auto type : {model::MonitorType::Tls, model::MonitorType::Https}) {
    Bench bench;
    const model::Monitor monitor = monitor_of(type);
    const Peer closes(bench.io, {.then = CloseUnread});
    CHECK(bench.probe(monitor, closes.address(), kAmple).outcome == Outcome::Closed);

    const DeadPort dead(bench.io);
    CHECK(bench.probe(monitor, dead.address(), kAmple).outcome == Outcome::Refused);

    boost::asio::ip::tcp::acceptor silent(bench.io, {boost::asio::ip::address_v4::loopback(), 0});
    const base::Endpoint address{*base::Address::parse("127.0.0.1"),
                                 silent.local_endpoint().port()};
    const Result result = bench.probe(monitor, address, kShort);
    CHECK(result.outcome == Outcome::Timeout);
    CHECK(result.text == "timeout after 150ms while negotiating TLS");
  }
}

TEST_CASE("a peer that answers in the clear is told from one that is down", "[health][tls]") {
  Bench bench;
  boost::asio::ip::tcp::acceptor plain(bench.io, {boost::asio::ip::address_v4::loopback(), 0});
  plain.async_accept([](const auto& error, boost::asio::ip::tcp::socket socket) {
    if (!error) write(socket, boost::asio::buffer(std::string("220 mail.example.com ESMTP\r\n")));
  });
  const base::Endpoint address{*base::Address::parse("127.0.0.1"), plain.local_endpoint().port()};
  const Result result = bench.probe(monitor_of(model::MonitorType::Tls), address, kAmple);
  CHECK(result.outcome == Outcome::BadHandshake);
  CHECK(result.text == "no TLS: wrong version number");
}

TEST_CASE("a machine without any roots finds no certificate bad", "[health][tls]") {
  const test::TemporaryFolder empty;
  const std::string folder = empty.path().string();
  ::setenv("SSL_CERT_DIR", folder.c_str(), 1);
  ::setenv("SSL_CERT_FILE", (folder + "/none.pem").c_str(), 1);
  Bench bench;
  const Authority authority;
  const TlsPeer peer(bench.io, authority.issue("DNS:www.example.com"));
  const Result result = bench.probe(monitor_of(model::MonitorType::Tls), peer.address(), kAmple);
  ::unsetenv("SSL_CERT_DIR");
  ::unsetenv("SSL_CERT_FILE");
  CHECK(result.outcome == Outcome::NotProbed);
  CHECK(result.text == "this machine has no roots to trust (ca-certificates)");
}

TEST_CASE("roots that this machine lacks say nothing of the target", "[health][tls]") {
  Bench bench;
  const Authority authority;
  const TlsPeer peer(bench.io, authority.issue("DNS:www.example.com"));
  const test::TemporaryFolder folder;
  model::Monitor monitor = monitor_of(model::MonitorType::Tls);
  monitor.tls.ca_file = (folder.path() / "roots.pem").string();
  Result result = bench.probe(monitor, peer.address(), kAmple);
  CHECK(result.outcome == Outcome::NotProbed);
  CHECK(result.text == "\"" + monitor.tls.ca_file + "\" cannot be read on this machine");

  // They are read again when they change.
  folder.write("roots.pem", authority.root.pem());
  CHECK(bench.probe(monitor, peer.address(), kAmple).outcome == Outcome::Success);
  folder.write("roots.pem", Certificate("DNS:other.example", 30, nullptr).pem());
  result = bench.probe(monitor, peer.address(), kAmple);
  CHECK(result.outcome == Outcome::BadCertificate);
}

}  // namespace
}  // namespace loadstar::health
