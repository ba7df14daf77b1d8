// How long a zone of NAMES names takes to load, with the demonstration databases and a steered
// name, and what it takes of memory: load_bench NAMES
#include <chrono>
#include <cstdlib>
#include <fmt/format.h>
#include <malloc.h>
#include <string>

#include "loadstar/answer/snapshot.hpp"
#include "loadstar/model/loader.hpp"

#include "paths.hpp"

using namespace loadstar;
using Seconds = std::chrono::duration<double>;

namespace {

std::string zone_of(std::size_t names) {
  std::string text =
      R"({ "zone": "example.com", "regions": { "fra": { "lat": 50, "lon": 8 }, "icn": { "lat": 37, "lon": 126 } },
    "pools": { "fra": { "region": "fra", "endpoints": [ { "a": "192.0.2.1" } ] }, "icn": { "region": "icn", "endpoints": [ { "a": "192.0.2.2" } ] } },
    "policies": { "www": { "rules": [ { "method": "nearest", "pools": ["fra", "icn"] } ] } },
    "records": { "@": { "NS": "ns1" }, "ns1": { "A": "192.0.2.53" }, "www": { "steer": "www" })";
  for (std::size_t i = 0; i < names; ++i)
    text += fmt::format(",\n\"host{}\": {{ \"A\": \"10.{}.{}.{}\" }}", i, i >> 16 & 255,
                        i >> 8 & 255, i & 255);
  return text + " } }";
}

/// Bytes that are in use on the heap, large blocks included.
std::size_t heap_bytes() {
  const struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

double since(std::chrono::steady_clock::time_point start) {
  return Seconds(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

int main(int argc, char** argv) {
  const std::size_t names = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 10'000;
  const std::size_t before = heap_bytes();
  auto file = model::make_source("example.json", zone_of(names));
  const auto start = std::chrono::steady_clock::now();
  base::Diagnostics diagnostics;
  std::shared_ptr<const answer::Snapshot> snapshot;
  double read = 0;
  {
    model::LoadedZones loaded = model::load_zones({std::move(file)});
    read = since(start);
    snapshot = answer::Snapshot::compile(
        {.zones = std::move(loaded.zones),
         .master_files = {},
         .databases = geo::Databases::open({test::source_folder() / "geoip"}),
         .on_all_down = model::OnAllDown::Kind::All},
        diagnostics);
  }
  const double whole = since(start);
  if (snapshot == nullptr) return 1;
  malloc_trim(0);
  const auto kept = static_cast<double>(heap_bytes()) - static_cast<double>(before);
  fmt::print("{} names: read {:.3f} s, ready {:.3f} s, {:.0f} bytes a name\n", names, read, whole,
             kept / static_cast<double>(names));
}
