#include "loadstar/control/status.hpp"

#include <nlohmann/json.hpp>
#include <sstream>

#include "catch.hpp"
#include "fake_backend.hpp"

using namespace loadstar::control;
using loadstar::control::test::sample_status;
using nlohmann::json;

TEST_CASE("the status tells everything as JSON", "[control]") {
  const json status = json::parse(to_json(sample_status()));
  CHECK(status["version"] == "1.2.3");
  CHECK(status["identity"] == "node-1");
  CHECK(status["started"] == "2023-11-14T22:13:20Z");
  CHECK(status["uptime_seconds"] == 90);
  CHECK(status["listening"] == json{"127.0.0.1:53 (udp)"});
  CHECK(status["xdp"] == json{{{"interface", "eth0"},
                               {"queues", 2},
                               {"native", true},
                               {"zero_copy", false},
                               {"problem", ""}}});
  CHECK(status["zones"][0]["state"] == "good");
  CHECK(status["zones"][0]["serial"] == 17);
  CHECK(status["zones"][1]["state"] == "broken");
  CHECK(status["zones"][1]["served"] == true);
  CHECK(status["zones"][1]["diagnostics"][0]["line"] == 3);
  CHECK(status["databases"][0]["built"] == "2020-09-13T12:26:40Z");
  CHECK(status["pools"][0]["usable"] == false);
  const json& endpoint = status["pools"][0]["endpoints"][0];
  CHECK(endpoint["state"] == "down");
  CHECK(endpoint["why"] == "monitor web");
  CHECK(endpoint["real"] == "up");
  CHECK(endpoint["ruling"]["author"] == "alice");
  CHECK(endpoint["ruling"]["why"] == "kernel");
  CHECK(endpoint["share_percent"] == 100);
  CHECK(endpoint["quiet_at"].is_null());
  CHECK(status["pools"][0]["guards"].empty());
  CHECK(status["overrides"][0]["target"] == "pool:web");
  CHECK(status["overrides"][0]["from"] == "2023-11-14T22:13:20Z");
  CHECK(endpoint["probe"] == "connection refused");
  CHECK(endpoint["since"] == "2023-11-14T22:13:20Z");
  CHECK(status["workers"].size() == 2);
  CHECK(status["workers"][1]["queries"]["answered"] == 7);
  CHECK(status["workers"][1]["xdp_received"] == 21);
  CHECK(status["workers"][1]["xdp_sent"] == 20);
  CHECK(status["reload"]["failures"] == 1);
  CHECK(status["notify"] == json{{"sent", 9}, {"answered", 6}, {"failed", 1}});
}

TEST_CASE("a time that never was is null", "[control]") {
  Status status = sample_status();
  status.pools[0].addresses[0].since = {};
  CHECK(json::parse(to_json(status))["pools"][0]["endpoints"][0]["since"].is_null());
}

TEST_CASE("bytes that are not UTF-8 do not break the JSON", "[control]") {
  Status status = sample_status();
  status.zones[1].diagnostics[0].message = "\xff\xfe";
  CHECK(json::accept(to_json(status)));
  CHECK(json::accept(to_json(status.zones[1].diagnostics)));
}

TEST_CASE("metrics are in the Prometheus text format", "[control]") {
  const std::string metrics = to_metrics(sample_status());
  const std::string line = GENERATE(
      R"(loadstar_build_info{version="1.2.3"} 1)",
      R"(loadstar_queries_total{reason="answered"} 12)", R"(loadstar_tcp_connections_open 2)",
      R"(loadstar_xdp_queues{interface="eth0"} 2)", R"(loadstar_xdp_received_total 21)",
      R"(loadstar_xdp_sent_total 20)", R"(loadstar_xdp_send_failures_total 1)",
      R"(loadstar_xdp_dropped_total{reason="malformed"} 3)",
      R"(loadstar_xdp_dropped_total{reason="checksum"} 4)",
      R"(loadstar_xdp_dropped_total{reason="overflow"} 5)",
      R"(loadstar_zone_loaded{zone="good.example."} 1)",
      R"(loadstar_zone_loaded{zone="bad.example."} 0)",
      R"(loadstar_zone_serial{zone="good.example."} 17)",
      R"(loadstar_notify_total{result="failed"} 1)",
      R"(loadstar_pool_usable{pool="good.example./web",region="fra"} 0)",
      R"(loadstar_endpoint_up{pool="good.example./web",endpoint="a\"1",address="192.0.2.1"} 0)",
      R"(loadstar_probe_latency_seconds{pool="good.example./web",endpoint="a\"1",address="192.0.2.1"} 0.0015)",
      R"(loadstar_reloads_total{result="success"} 4)",
      R"(loadstar_override_end_time_seconds{target="pool:web",state="down"} 1700000090.5)",
      R"(loadstar_guards_acting{pool="good.example./web",region="fra"} 0)",
      R"(loadstar_endpoint_overridden{pool="good.example./web",endpoint="a\"1",address="192.0.2.1"} 1)",
      R"(loadstar_endpoint_share{pool="good.example./web",endpoint="a\"1",address="192.0.2.1"} 1)",
      R"(loadstar_database_build_time_seconds{path="/geo/city.mmdb",type="City"} 1600000000)",
      R"(# TYPE loadstar_queries_total counter)");
  INFO(metrics);
  CHECK(("\n" + metrics).find("\n" + line + "\n") != std::string::npos);
}

TEST_CASE("every metric has one head, and its samples follow it", "[control]") {
  std::istringstream lines(to_metrics(sample_status()));
  std::string family;
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string first;
    std::string second;
    std::string third;
    words >> first >> second >> third;
    if (first == "#" && second == "TYPE") family = third;
    if (first == "#") continue;
    CHECK(first.substr(0, first.find('{')) == family);
  }
}
