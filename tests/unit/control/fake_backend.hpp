#pragma once

#include "loadstar/control/api.hpp"

namespace loadstar::control::test {

/// A node with one of everything, at a fixed time.
inline Status sample_status() {
  Status status;
  status.version = "1.2.3";
  status.identity = "node-1";
  status.started = SystemTime(std::chrono::seconds(1'700'000'000));
  status.now = status.started + std::chrono::milliseconds(90'500);
  status.listening = {"127.0.0.1:53 (udp)"};
  status.xdp = {{.interface = "eth0", .queues = 2, .native = true}};
  status.zones = {
      {.origin = "good.example.", .serial = 17, .diagnostics = {}},
      {.origin = "bad.example.",
       .state = ZoneState::Broken,
       .served = true,
       .diagnostics = {{"zones/bad.json", 3, 7, "pools.web", "\"x\" is not a number"}}}};
  status.databases = {{.path = "/geo/city.mmdb",
                       .type = "City",
                       .built = SystemTime(std::chrono::seconds(1'600'000'000))}};
  status.overrides = {{.target = "pool:web",
                       .state = "down",
                       .author = "alice",
                       .why = "kernel",
                       .from = status.started,
                       .until = status.now}};
  status.pools = {{.name = "good.example./web",
                   .region = "fra",
                   .usable = false,
                   .addresses = {{.endpoint = "a\"1",
                                  .address = "192.0.2.1",
                                  .state = AddressState::Down,
                                  .real = AddressState::Up,
                                  .ruling = RulingStatus{.source = "override",
                                                         .target = "pool:web",
                                                         .state = "down",
                                                         .author = "alice",
                                                         .why = "kernel",
                                                         .since = status.started,
                                                         .until = status.now},
                                  .why = "monitor web",
                                  .decided_by = {},
                                  .probe = "connection refused",
                                  .since = status.started,
                                  .probe_latency = std::chrono::microseconds(1500),
                                  .probes = 10,
                                  .failures = 3,
                                  .transitions = 1}}}};
  status.workers.resize(2);
  status.workers[0].reasons[0] = 5;
  status.workers[1].reasons[0] = 7;
  status.workers[1].tcp_open = 2;
  status.workers[1].xdp_received = 21;
  status.workers[1].xdp_sent = 20;
  status.workers[1].xdp_send_failures = 1;
  status.workers[1].xdp_malformed = 3;
  status.workers[1].xdp_checksums = 4;
  status.workers[1].xdp_overflows = 5;
  status.reload = {.successes = 4,
                   .failures = 1,
                   .last_success = status.started,
                   .diagnostics = status.zones[1].diagnostics};
  status.notify = {.sent = 9, .answered = 6, .failed = 1};
  return status;
}

/// Says what it was asked, and reloads as it is told to.
class FakeBackend : public Backend {
 public:
  Status status() override { return sample_status(); }
  std::expected<std::string, std::string> explain(const ExplainRequest& request) override {
    if (request.type == "WRONG") return std::unexpected("\"WRONG\" is not a record type");
    return request.name + "|" + request.type + "|" + request.client;
  }
  std::expected<void, std::string> add_challenge(const ChallengeRequest& request) override {
    if (request.token.empty()) return std::unexpected("\"\" is not a token");
    challenges.push_back(request.name + "|" + request.token + "|" + request.ttl + "|" +
                         request.expires);
    return {};
  }
  std::expected<void, std::string> remove_challenge(const ChallengeRequest& request) override {
    challenges.push_back("-" + request.name + "|" + request.token);
    return {};
  }
  std::string overrides() override { return "[]\n"; }
  std::expected<std::string, std::string> set_override(const OverrideRequest& request) override {
    if (request.why.empty()) return std::unexpected("the reason is missing");
    override_requests.push_back(request.target + "|" + request.state + "|" + request.life + "|" +
                                request.over + "|" + request.why + "|" + request.author);
    return "{}\n";
  }
  std::expected<void, std::string> remove_override(const OverrideRequest& request) override {
    if (request.target.empty()) return std::unexpected("there is no override of \"\"");
    override_requests.push_back("-" + request.target + "|" + request.author);
    return {};
  }
  void reload(ReloadDone done) override {
    ++reloads;
    done(reload_result);
  }

  int reloads = 0;
  std::vector<std::string> challenges;
  std::vector<std::string> override_requests;
  std::vector<base::Diagnostic> reload_result;
};

}  // namespace loadstar::control::test
