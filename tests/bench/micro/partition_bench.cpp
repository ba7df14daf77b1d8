#include <benchmark/benchmark.h>
#include <random>
#include <vector>

#include "loadstar/geo/partition.hpp"

using namespace loadstar;

namespace {

constexpr std::size_t kNetworks = 100'000;
constexpr std::uint32_t kClasses = 10;
constexpr std::size_t kClients = 1 << 16;

base::Address v4(std::uint64_t bits) {
  const std::array bytes{static_cast<std::uint8_t>(bits >> 24),
                         static_cast<std::uint8_t>(bits >> 16),
                         static_cast<std::uint8_t>(bits >> 8), static_cast<std::uint8_t>(bits)};
  return base::Address(base::Family::V4, bytes);
}

base::Address v6(std::uint64_t bits) {
  std::array<std::uint8_t, 16> bytes{0x2a};
  for (std::size_t i = 1; i < 8; ++i) bytes[i] = static_cast<std::uint8_t>(bits >> 8 * i);
  return base::Address(base::Family::V6, bytes);
}

/// Networks of random places and lengths: /12 to /24, and /20 to /48.
const geo::Partition& partition() {
  static const geo::Partition made = [] {
    std::mt19937_64 random(1);
    std::vector<geo::PlacedNetwork> networks;
    for (std::size_t i = 0; i < kNetworks; ++i) {
      const std::string country{'A', static_cast<char>('A' + random() % 26)};
      const auto bits = static_cast<std::uint8_t>(12 + random() % 13);
      networks.push_back({base::Prefix(v4(random()), bits), {.country = country}});
      networks.push_back(
          {base::Prefix(v6(random()), static_cast<std::uint8_t>(bits * 2)), {.country = country}});
    }
    const auto databases = geo::Databases::from_table(networks);
    return geo::Partition::build(
        *databases, {}, [&](std::uint32_t place, const std::vector<bool>&) {
          const std::string country = databases->place(place).country;
          return country.empty() ? 0 : static_cast<std::uint32_t>(country[1]) % kClasses;
        });
  }();
  return made;
}

void look_up(benchmark::State& state, base::Address (*address)(std::uint64_t)) {
  std::mt19937_64 random(2);
  std::vector<base::Address> clients;
  for (std::size_t i = 0; i < kClients; ++i) clients.push_back(address(random()));
  std::size_t at = 0;
  const geo::Partition& table = partition();
  for (auto _ : state) benchmark::DoNotOptimize(table.look_up(clients[at++ % kClients]));
  state.counters["MiB"] = static_cast<double>(table.memory_bytes()) / (1 << 20);
}
BENCHMARK_CAPTURE(look_up, ipv4, v4);
BENCHMARK_CAPTURE(look_up, ipv6, v6);

}  // namespace
