#include <array>
#include <benchmark/benchmark.h>
#include <numeric>

#include "loadstar/steer/pick_table.hpp"

using namespace loadstar;

namespace {

model::Pool pool_of(model::Balance balance, std::size_t endpoints) {
  model::Pool pool;
  pool.balance = balance;
  for (std::size_t i = 0; i < endpoints; ++i) {
    model::Endpoint endpoint;
    endpoint.id = std::to_string(i + 1);
    const std::array<std::uint8_t, 4> address{192, 0, 2, static_cast<std::uint8_t>(i)};
    endpoint.a = base::Address(base::Family::V4, address);
    endpoint.weight = static_cast<std::uint32_t>(i % 4 + 1);
    pool.endpoints.push_back(endpoint);
  }
  return pool;
}

/// One endpoint for a client, of range(0).
void pick(benchmark::State& state, model::Balance balance) {
  const auto count = static_cast<std::size_t>(state.range(0));
  std::vector<std::uint16_t> members(count);
  std::iota(members.begin(), members.end(), std::uint16_t{0});
  const model::Pool pool = pool_of(balance, count);
  std::vector<std::uint32_t> weights;
  for (const model::Endpoint& endpoint : pool.endpoints) weights.push_back(endpoint.weight);
  const steer::PickTable table(pool, members, weights);
  base::Random random(1);
  std::uint32_t turn = 0;
  std::array<std::uint16_t, 1> picked{};
  const steer::Client client{*base::Address::parse("203.0.113.1"), 24};
  for (auto _ : state) benchmark::DoNotOptimize(table.pick(client, 24, turn, random, picked));
}
BENCHMARK_CAPTURE(pick, round_robin, model::Balance::RoundRobin)->Arg(4)->Arg(100);
BENCHMARK_CAPTURE(pick, weighted, model::Balance::Weighted)->Arg(4)->Arg(100);
BENCHMARK_CAPTURE(pick, ip_hash, model::Balance::IpHash)->Arg(4)->Arg(100);

}  // namespace
