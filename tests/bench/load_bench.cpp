// How long a zone of NAMES names takes to load, with the demonstration databases and a steered
// name, and what a server then holds of it: load_bench NAMES
#include <chrono>
#include <cstdlib>
#include <fmt/format.h>
#include <fstream>
#include <malloc.h>
#include <stdexcept>
#include <string>

#include "loadstar/app/edition.hpp"

#include "paths.hpp"
#include "temporary_folder.hpp"

using namespace loadstar;

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

/// What the process has of memory that is no file's, in bytes.
double held_bytes() {
  malloc_trim(0);
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("RssAnon:")) return std::stod(line.substr(8)) * 1024;
  }
  throw std::runtime_error("the system does not tell what memory this process has");
}

}  // namespace

int main(int argc, char** argv) {
  const std::size_t names = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 10'000;
  const test::TemporaryFolder folder;
  folder.write("example.json", zone_of(names));
  const auto text = static_cast<double>(std::filesystem::file_size(folder.path() / "example.json"));
  const double before = held_bytes();
  const auto start = std::chrono::steady_clock::now();
  const auto edition = app::read_edition(
      {.zones = {folder.path()}, .geoip = {test::source_folder() / "geoip"}}, nullptr);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  if (edition->snapshot == nullptr) return 1;
  const auto for_each = [&](double bytes) { return bytes / static_cast<double>(names); };
  fmt::print(
      "{} names: ready in {:.2f} s, {:.0f} bytes a name, of which {:.0f} are the file's text\n",
      names, took.count(), for_each(held_bytes() - before), for_each(text));
}
