#include "loadstar/model/monitor.hpp"

#include "loadstar/model/loader.hpp"

#include "catch.hpp"
#include "paths.hpp"

using namespace loadstar;
using namespace loadstar::model;
using std::chrono::seconds;

namespace {

using Strings = std::vector<std::string>;

/// Of tests/data/good-zones/every-monitor.json.
struct Loaded {
  LoadedZones zones = load_zones(std::vector<std::filesystem::path>{
      test::source_folder() / "tests/data/good-zones/every-monitor.json"});

  [[nodiscard]] const Monitor& of_pool(std::string_view name) const {
    REQUIRE_FALSE(zones.diagnostics.has_errors());
    for (const auto& pool : zones.zones.front()->pools) {
      if (pool->name == name) return *pool->monitor;
    }
    throw std::runtime_error("no such pool");
  }
};

const Monitor& member(const Monitor& monitor, std::string_view name) {
  for (const auto& one : monitor.combination.of) {
    if (one->name == name) return *one;
  }
  throw std::runtime_error("no such member");
}

}  // namespace

TEST_CASE("each kind of probe has its keys", "[model][monitor]") {
  const Loaded loaded;
  const Monitor& most = loaded.of_pool("most");
  const Monitor& ping = member(most, "ping");
  CHECK(ping.type == MonitorType::Icmp);
  CHECK(ping.port == 0);
  CHECK(ping.interval == seconds(1));
  const Monitor& redis = member(most, "redis");
  CHECK(redis.tcp == TcpExchange{.send = "PING\r\n", .expect = "+PONG"});
  const Monitor& web = member(most, "web");
  CHECK(web.http.follow_redirects == 2);
  CHECK(web.http.expect.body_regex == "^ready( |$)");

  const Monitor& all = loaded.of_pool("all");
  CHECK(member(all, "site").type == MonitorType::Agent);
  CHECK(member(all, "site").port == 5555);
  const Monitor& some = member(all, "all");  // one without a name has that of what it is part of
  const Monitor& dns = member(some, "dns");
  CHECK(dns.port == 53);
  CHECK(dns.dns.query ==
        DnsQuestion{.name = "www.probes.example.com.", .type = "AAAA", .recursion = true});
  CHECK(dns.dns.expect.rcodes == std::vector<std::uint16_t>{0, 3});
  CHECK(dns.dns.expect.match == DnsExpectation::Match::AllOf);
  REQUIRE(dns.dns.expect.rdata.size() == 2);
  CHECK(dns.dns.expect.rdata[1].text == "2001:db8::2");
  const Monitor& mail = member(some, "mail");
  CHECK(mail.port == 5353);
  CHECK(mail.dns.query.name == "probes.example.com.");
  CHECK(mail.dns.expect.match == DnsExpectation::Match::AnyOf);
  CHECK(member(some, "own").command == Strings{"/usr/lib/nagios/plugins/check_ssh", "-t", "1"});
  CHECK(member(some, "own").port == 0);
  CHECK(member(some, "feed").feed == "/run/loadstar/feed");
  CHECK(member(some, "weight").http.weight_from == WeightFrom::Body);
}

TEST_CASE("monitors combine others by name or in place", "[model][monitor]") {
  const Loaded loaded;
  const Monitor& most = loaded.of_pool("most");
  CHECK(most.is_combination());
  CHECK(most.combination.at_least == 2);
  CHECK(most.combination.of.size() == 4);
  const Monitor& any = member(most, "any");
  CHECK(any.combination.at_least == 1);
  CHECK(any.combination.of[1]->port == 8443);
  CHECK(loaded.of_pool("all").combination.at_least == 3);
  CHECK(loaded.of_pool("inline").combination.of.size() == 2);
  // However many name it, it is one.
  CHECK(&member(loaded.of_pool("inline"), "ping") == &member(most, "ping"));
  CHECK_FALSE(member(most, "ping").is_combination());
}
