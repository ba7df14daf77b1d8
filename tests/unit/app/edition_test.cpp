#include "loadstar/app/edition.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <stdlib.h>
#include <string>
#include <thread>

#include "catch.hpp"
#include "paths.hpp"
#include "temporary_folder.hpp"

using namespace loadstar;
using namespace loadstar::app;
namespace fs = std::filesystem;

namespace {

/// A folder of zones that is gone at the end.
class Folder : public test::TemporaryFolder {
 public:
  void remove(const std::string& name) const { fs::remove(path() / name); }
  [[nodiscard]] Sources sources() const { return {.zones = {path()}, .geoip = {}}; }
};

std::string zone(std::string_view origin, std::string_view address) {
  return R"({ "zone": ")" + std::string(origin) +
         R"(", "records": { "@": { "NS": "ns1" }, "ns1": { "A": ")" + std::string(address) +
         R"(" } } })";
}

/// The file of a zone as it is served.
std::string text_of(const Edition& edition, const std::string& origin) {
  const auto& version = edition.zones.at(origin).version;
  if (version == nullptr) return "";
  return version->front()->text;
}

}  // namespace

TEST_CASE("an edition holds every zone of the folder", "[app][edition]") {
  const Folder folder;
  folder.write("one.json", zone("one.example", "192.0.2.1"));
  folder.write("two.example.zone", "@ 60 SOA a. b. 1 2 3 4 5\n@ 60 NS ns.one.example.\n");
  const auto edition = read_edition(folder.sources(), nullptr);
  REQUIRE(edition->snapshot != nullptr);
  CHECK(edition->zones.size() == 2);
  CHECK(edition->zones.contains("two.example."));
  CHECK(!edition->diagnostics.has_errors());
}

TEST_CASE("databases are read again when their files have changed, and not before",
          "[app][edition]") {
  const Folder folder;
  folder.write("one.json", zone("one.example", "192.0.2.1"));
  fs::create_directory(folder.path() / "geoip");
  for (const auto& file : fs::directory_iterator(test::source_folder() / "geoip")) {
    if (file.path().extension() == ".mmdb")
      fs::copy_file(file, folder.path() / "geoip" / file.path().filename());
  }
  Sources sources = folder.sources();
  sources.geoip = {folder.path() / "geoip"};
  std::this_thread::sleep_for(std::chrono::milliseconds(2100));  // until the files have settled
  const auto first = read_edition(sources, nullptr);
  REQUIRE_FALSE(first->databases->info().empty());
  const auto second = read_edition(sources, first.get());
  CHECK(second->databases == first->databases);

  const auto some = fs::directory_iterator(folder.path() / "geoip")->path();
  fs::last_write_time(some, fs::last_write_time(some) - std::chrono::hours(1));
  const auto third = read_edition(sources, second.get());
  CHECK(third->databases != second->databases);
  fs::remove(some);
  std::this_thread::sleep_for(std::chrono::milliseconds(2100));
  const auto fourth = read_edition(sources, third.get());
  CHECK(fourth->databases != third->databases);
}

TEST_CASE("a zone that breaks stays as it was, and the others go on", "[app][edition]") {
  const Folder folder;
  folder.write("one.json", zone("one.example", "192.0.2.1"));
  folder.write("two.json", zone("two.example", "192.0.2.1"));
  const auto first = read_edition(folder.sources(), nullptr);
  // The first shows when JSON is read, the second when the model is, the third when records are
  // compiled.
  const std::string broken = GENERATE(
      std::string(R"({ "zone": "one.example", )"), zone("one.example", "192.0.2.300"),
      std::string(
          R"({ "zone": "one.example", "records": { "@": { "NS": "ns1", "CNAME": "x" }, "ns1": { "A": "192.0.2.1" } } })"));
  folder.write("one.json", broken);
  folder.write("two.json", zone("two.example", "192.0.2.2"));
  const auto second = read_edition(folder.sources(), first.get());
  REQUIRE(second->snapshot != nullptr);
  CHECK(second->snapshot != first->snapshot);
  CHECK(second->diagnostics.has_errors());
  CHECK(second->zones.at("one.example.").is_broken());
  CHECK(text_of(*second, "one.example.") == zone("one.example", "192.0.2.1"));
  CHECK(!second->zones.at("two.example.").is_broken());
  CHECK(text_of(*second, "two.example.") == zone("two.example", "192.0.2.2"));

  SECTION("it stays so for as long as it is broken") {
    const auto third = read_edition(folder.sources(), second.get());
    CHECK(third->zones.at("one.example.").is_broken());
    CHECK(text_of(*third, "one.example.") == zone("one.example", "192.0.2.1"));
  }
  SECTION("it is taken up once it is mended") {
    folder.write("one.json", zone("one.example", "192.0.2.3"));
    const auto third = read_edition(folder.sources(), second.get());
    CHECK(!third->zones.at("one.example.").is_broken());
    CHECK(text_of(*third, "one.example.") == zone("one.example", "192.0.2.3"));
    CHECK(!third->diagnostics.has_errors());
  }
}

TEST_CASE("a new zone that is broken is told and not served", "[app][edition]") {
  const Folder folder;
  folder.write("one.json", zone("one.example", "192.0.2.1"));
  const auto first = read_edition(folder.sources(), nullptr);
  folder.write("two.json", zone("two.example", "192.0.2.300"));
  const auto second = read_edition(folder.sources(), first.get());
  REQUIRE(second->snapshot != nullptr);
  CHECK(second->zones.at("two.example.").version == nullptr);
  CHECK(second->zones.at("two.example.").is_broken());
}

TEST_CASE("a zone whose file is gone is gone", "[app][edition]") {
  const Folder folder;
  folder.write("one.json", zone("one.example", "192.0.2.1"));
  folder.write("two.json", zone("two.example", "192.0.2.1"));
  const auto first = read_edition(folder.sources(), nullptr);
  folder.remove("two.json");
  const auto second = read_edition(folder.sources(), first.get());
  CHECK(second->zones.size() == 1);
  CHECK(!second->diagnostics.has_errors());
}

TEST_CASE("a broken library keeps everything", "[app][edition]") {
  const Folder folder;
  folder.write("library.json",
               R"({ "pools": { "web": { "endpoints": [ { "a": "192.0.2.7" } ] } } })");
  folder.write("one.json", zone("one.example", "192.0.2.1"));
  const auto first = read_edition(folder.sources(), nullptr);
  folder.write("library.json", R"({ "pools": { "web": )");
  folder.write("one.json", zone("one.example", "192.0.2.2"));
  const auto second = read_edition(folder.sources(), first.get());
  REQUIRE(second->snapshot != nullptr);
  CHECK(text_of(*second, "one.example.") == zone("one.example", "192.0.2.1"));
  CHECK(second->zones.at("one.example.").is_broken());
}

TEST_CASE("a zone that breaks stays with the library that it was read with", "[app][edition]") {
  const auto library = [](const std::string& address) {
    return R"({ "pools": { "web": { "endpoints": [ { "a": ")" + address + R"(" } ] } } })";
  };
  const auto steered = [](const std::string& origin, const std::string& more) {
    return R"({ "zone": ")" + origin + R"(", "records": { "@": { "NS": "ns1" },
                "ns1": { "A": "192.0.2.1" }, "www": { "steer": { "rules": [ { "pools": ["web"] } ] } })" +
           more + " } }";
  };
  const auto addresses = [](const Edition& edition) {
    std::vector<std::string> found;
    for (const auto& pool : edition.snapshot->pools())
      found.push_back(pool->endpoints.front().a->to_string());
    std::ranges::sort(found);
    return found;
  };
  const Folder folder;
  folder.write("library.json", library("192.0.2.7"));
  folder.write("one.json", steered("one.example", ""));
  folder.write("two.json", steered("two.example", ""));
  folder.write("three.json", steered("three.example", ""));
  const auto first = read_edition(folder.sources(), nullptr);
  REQUIRE(first->snapshot != nullptr);
  CHECK(addresses(*first) == std::vector<std::string>{"192.0.2.7"});

  folder.write("library.json", library("192.0.2.8"));
  folder.write("one.json", steered("one.example", ", broken"));
  folder.write("two.json", steered("two.example", R"(, "x": { "MX": "no number" })"));
  const auto second = read_edition(folder.sources(), first.get());
  REQUIRE(second->snapshot != nullptr);
  CHECK(second->zones.at("one.example.").is_broken());
  CHECK(second->zones.at("two.example.").is_broken());
  CHECK(addresses(*second) == std::vector<std::string>{"192.0.2.7", "192.0.2.8"});
  const auto third = read_edition(folder.sources(), second.get());
  CHECK(addresses(*third) == addresses(*second));
}

TEST_CASE("a folder that cannot be read keeps everything", "[app][edition]") {
  Sources sources;
  std::shared_ptr<const Edition> first;
  {
    const Folder folder;
    sources = folder.sources();
    folder.write("one.json", zone("one.example", "192.0.2.1"));
    first = read_edition(sources, nullptr);
  }
  const auto second = read_edition(sources, first.get());
  REQUIRE(second->snapshot != nullptr);
  CHECK(second->diagnostics.has_errors());
  CHECK(text_of(*second, "one.example.") == zone("one.example", "192.0.2.1"));
}

TEST_CASE("databases that cannot be read stay as they were", "[app][edition]") {
  const Folder folder;
  folder.write("one.json", zone("one.example", "192.0.2.1"));
  const auto first = read_edition(folder.sources(), nullptr);
  Sources sources = folder.sources();
  sources.geoip = {"nowhere.mmdb"};
  const auto second = read_edition(sources, first.get());
  CHECK(second->databases == first->databases);
  REQUIRE(second->snapshot != nullptr);
  CHECK(second->diagnostics.has_errors());
}

TEST_CASE("serials outlive a restart", "[app][edition][serial]") {
  const Folder folder;
  const Folder state;
  folder.write("one.json", zone("one.example", "192.0.2.1"));
  Sources sources = folder.sources();
  sources.state = state.path() / "loadstar";  // made when it is not there
  const auto serial_of = [&](const Edition& edition) {
    return edition.serials.at("one.example.").serial;
  };
  const fs::path file = folder.path() / "one.json";
  const auto written = fs::last_write_time(file);
  const auto touch = [&](std::chrono::seconds by) { fs::last_write_time(file, written + by); };
  const auto first = serial_of(*read_edition(sources, nullptr));

  touch(std::chrono::seconds(100));
  CHECK(serial_of(*read_edition(sources, nullptr)) == first);

  folder.write("one.json", zone("one.example", "192.0.2.2"));
  touch(std::chrono::seconds(-5000));
  CHECK(serial_of(*read_edition(sources, nullptr)) == first + 1);

  SECTION("a broken file is told and made anew") {
    const fs::path kept = sources.state / "serials.txt";
    std::ofstream(kept, std::ios::trunc) << "one.example. 17\n";
    const auto edition = read_edition(sources, nullptr);
    CHECK(serial_of(*edition) == first - 5000);
    const auto warnings = edition->diagnostics.warnings();
    REQUIRE(warnings.size() == 1);
    CHECK(warnings[0].to_string().starts_with(kept.string() + ":1:1: \"one.example. 17\" is not"));
    CHECK(read_edition(sources, nullptr)->diagnostics.warnings().empty());
  }
  SECTION("a directory that cannot be written is told") {
    sources.state = folder.path() / "one.json";
    const auto warnings = read_edition(sources, nullptr)->diagnostics.warnings();
    REQUIRE(warnings.size() == 1);
    CHECK(warnings[0].message.starts_with("cannot be written: "));
  }
}
