#include <algorithm>
#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <random>
#include <vector>

#include "loadstar/zone/catalog.hpp"

using namespace loadstar;

namespace {

const wire::Name& apex() {
  static const wire::Name name = *wire::Name::parse("example.com.", {});
  return name;
}

std::vector<wire::Name> names(const char* prefix, std::size_t count) {
  std::vector<wire::Name> made;
  for (std::size_t i = 0; i < count; ++i)
    made.push_back(*wire::Name::parse(fmt::format("{}{}", prefix, i), apex()));
  std::ranges::shuffle(made, std::mt19937_64(1));
  return made;
}

std::unique_ptr<const zone::Catalog> catalog_of(const std::vector<wire::Name>& owners) {
  base::Diagnostics diagnostics;
  zone::ContentBuilder builder(apex(), {}, diagnostics);
  builder.generate_soa({.mname = {}, .rname = apex(), .minimum = 30, .ttl = 300});
  builder.add_text(apex(), wire::type::kNs, 60, "ns.example.", {});
  for (const wire::Name& owner : owners)
    builder.add_text(owner, wire::type::kA, 60, "192.0.2.1", {});
  std::vector<zone::Content> zones;
  zones.push_back(builder.finish());
  return zone::Catalog::build(zones, 0x5eed);
}

/// Names in random order; `asked` is "host" for those that exist.
void find(benchmark::State& state, const char* asked) {
  const auto count = static_cast<std::size_t>(state.range(0));
  const auto catalog = catalog_of(names("host", count));
  const std::vector<wire::Name> queries = names(asked, count);
  std::size_t at = 0;
  for (auto _ : state) {
    const wire::Name& name = queries[at++ % count];
    benchmark::DoNotOptimize(catalog->find(name.bytes().data(), name.length()));
  }
}
BENCHMARK_CAPTURE(find, name, "host")->Arg(10'000)->Arg(100'000);
BENCHMARK_CAPTURE(find, no_such_name, "none")->Arg(10'000)->Arg(100'000);

}  // namespace
