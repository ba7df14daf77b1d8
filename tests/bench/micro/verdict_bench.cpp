// From the probe that changes a verdict to the answer that shows it, with so many pools: the pool's
// view, the State, a worker that takes it up, and the answer.
#include <algorithm>
#include <benchmark/benchmark.h>
#include <cstring>
#include <fmt/format.h>
#include <stdexcept>

#include "loadstar/answer/responder.hpp"
#include "loadstar/app/publisher.hpp"
#include "loadstar/model/loader.hpp"

#include "answer_questions.hpp"

using namespace loadstar;

namespace {

constexpr auto kMonitored = "10.0.0.1";

std::shared_ptr<const answer::Snapshot> snapshot_of(std::size_t pools) {
  std::string text = R"({ "zone": "example.com",
    "monitors": { "web": { "type": "tcp", "port": 80, "fall": 1, "rise": 1 } }, "pools": {)";
  for (std::size_t i = 0; i < pools; ++i)
    text += fmt::format(
        R"({} "p{}": {{ {} "endpoints": [ {{ "a": "10.{}.{}.1" }}, {{ "a": "10.{}.{}.2" }} ] }})",
        i == 0 ? "" : ",", i, i == 0 ? R"("monitor": "web",)" : "", i >> 8 & 255, i & 255,
        i >> 8 & 255, i & 255);
  text += R"( }, "policies": { "all": { "rules": [ { "pools": [)";
  for (std::size_t i = 0; i < pools; ++i) text += fmt::format(R"({} "p{}")", i == 0 ? "" : ",", i);
  text += R"( ] } ] } },
    "records": { "@": { "NS": "ns1" }, "ns1": { "A": "192.0.2.53" }, "www": { "steer": "all" } } })";
  auto loaded = model::load_zones({model::make_source("example.json", std::move(text))});
  base::Diagnostics diagnostics = loaded.diagnostics;
  auto snapshot = answer::Snapshot::compile(
      {.zones = std::move(loaded.zones), .master_files = {}, .databases = geo::Databases::open({})},
      diagnostics);
  if (diagnostics.has_errors()) throw base::ConfigError(diagnostics.errors());
  return snapshot;
}

void verdict(benchmark::State& state) {
  const auto snapshot = snapshot_of(static_cast<std::size_t>(state.range(0)));
  answer::StateBoard states;
  app::Publisher* told = nullptr;
  health::Consensus health(
      {.listener = [&](health::TargetId target, health::Change) { told->mark(target); }});
  app::Publisher publisher(states, health);
  told = &publisher;
  static_cast<void>(health.own().set_targets(app::targets_of(*snapshot)));
  publisher.publish(snapshot);
  const base::Address first = *base::Address::parse(kMonitored);
  const auto entries = health.own().snapshot();
  const auto target = *std::ranges::find(
      entries, first, [](const auto& entry) { return entry.target.address.address; });
  answer::Responder responder(states, {}, 1);

  static constexpr std::string_view kQuery("\0\0\0\0\0\1\0\0\0\0\0\0\3www\7example\3com\0\0\1\0\1",
                                           33);
  std::vector<std::uint8_t> buffer(answer::kUdpBuffer);
  const base::Address resolver = *base::Address::parse(bench::kResolver);
  bool is_up = true;
  for (auto _ : state) {
    is_up = !is_up;
    const auto outcome = is_up ? health::Outcome::Success : health::Outcome::Refused;
    health.own().record(target.id, {.outcome = outcome, .text = "", .latency = {}}, {});
    publisher.flush();
    responder.refresh({});
    std::memcpy(buffer.data(), kQuery.data(), kQuery.size());
    const auto reply = responder.respond({buffer, kQuery.size(), resolver, answer::Transport::Udp});
    const std::span answer(buffer.data(), reply.size);
    const bool shows_first = std::ranges::equal(answer.last(4), first.bytes());
    if (!is_up && shows_first) throw std::runtime_error("the answer does not show the verdict");
  }
}
BENCHMARK(verdict)->Arg(10)->Arg(10'000)->Unit(benchmark::kMicrosecond);

}  // namespace
