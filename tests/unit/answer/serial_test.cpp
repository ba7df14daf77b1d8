#include <string>
#include <vector>

#include "loadstar/answer/snapshot.hpp"
#include "loadstar/model/loader.hpp"

#include "catch.hpp"

using namespace loadstar;

namespace {

struct File {
  std::string name;
  std::string text;
  std::int64_t modified;
};

std::string zone(std::string_view address, std::string_view soa = "{}") {
  return R"({ "zone": "example.com", "soa": )" + std::string(soa) +
         R"(, "records": { "@": { "NS": "ns1" }, "ns1": { "A": ")" + std::string(address) +
         R"(" } } })";
}

struct Compiled {
  answer::KnownSerials serials;
  std::vector<std::string> warnings;

  [[nodiscard]] std::uint32_t serial() const { return serials.at("example.com.").serial; }
};

Compiled compile(const std::vector<File>& files, answer::KnownSerials known = {}) {
  std::vector<std::shared_ptr<const base::SourceFile>> sources;
  for (const File& file : files)
    sources.push_back(model::make_source(file.name, file.text, file.modified));
  model::LoadedZones loaded = model::load_zones(std::move(sources));
  base::Diagnostics diagnostics;
  const auto snapshot = answer::Snapshot::compile({.zones = std::move(loaded.zones),
                                                   .master_files = std::move(loaded.master_files),
                                                   .databases = geo::Databases::open({}),
                                                   .serials = std::move(known)},
                                                  diagnostics);
  REQUIRE(snapshot != nullptr);
  Compiled compiled{snapshot->serials(), {}};
  for (const auto& warning : diagnostics.warnings()) compiled.warnings.push_back(warning.message);
  return compiled;
}

}  // namespace

TEST_CASE("a serial is the time of the newest file", "[answer][serial]") {
  const File own{"a.json", zone("192.0.2.1"), 1'764'000'000};
  const File library{"b.json", R"({ "regions": { "fra": { "title": "Frankfurt" } } })", 0};
  CHECK(compile({own}).serial() == 1'764'000'000);
  CHECK(compile({own, library}).serial() == 1'764'000'000);
  File newer = library;
  newer.modified = 1'764'000'100;
  CHECK(compile({own, newer}).serial() == 1'764'000'100);
  CHECK(compile({{"a.json", zone("192.0.2.1"), 0}}).serial() == 1);
}

TEST_CASE("a zone that says what it said keeps its serial", "[answer][serial]") {
  const auto before = compile({{"a.json", zone("192.0.2.1"), 1000}});
  const auto touched = compile({{"a.json", zone("192.0.2.1"), 2000}}, before.serials);
  CHECK(touched.serial() == 1000);
  CHECK(touched.warnings.empty());
}

TEST_CASE("a zone that has changed gets a higher serial", "[answer][serial][rfc1982]") {
  const auto before = compile({{"a.json", zone("192.0.2.1"), 1000}});
  const auto after = compile({{"a.json", zone("192.0.2.2"), 2000}}, before.serials);
  CHECK(after.serial() == 2000);
  CHECK(after.warnings.empty());

  const auto older = compile({{"a.json", zone("192.0.2.3"), 500}}, after.serials);
  CHECK(older.serial() == 2001);
  CHECK(older.warnings == std::vector<std::string>{
                              "the zone example.com. has changed, but its files are not newer than "
                              "its serial 2000; it goes on with 2001"});

  auto at_the_end = before.serials;
  at_the_end["example.com."].serial = 0xffff'ffff;
  CHECK(compile({{"a.json", zone("192.0.2.2"), 2000}}, at_the_end).serial() == 2000);
}

TEST_CASE("a serial that is given is the serial", "[answer][serial]") {
  const auto before = compile({{"a.json", zone("192.0.2.1", R"({ "serial": 7 })"), 1000}});
  CHECK(before.serial() == 7);
  const auto forgotten =
      compile({{"a.json", zone("192.0.2.2", R"({ "serial": 7 })"), 1000}}, before.serials);
  CHECK(forgotten.serial() == 7);
  CHECK(forgotten.warnings ==
        std::vector<std::string>{"the zone example.com. has changed, but its serial 7 is not "
                                 "higher than 7: secondaries will not take it"});
  const auto raised =
      compile({{"a.json", zone("192.0.2.2", R"({ "serial": 8 })"), 1000}}, before.serials);
  CHECK(raised.warnings.empty());
}

TEST_CASE("a master file whose serial stays behind is warned of", "[answer][serial]") {
  const std::string master = "@ 60 SOA a. b. 5 2 3 4 5\n@ 60 NS a.\n";
  const auto before = compile({{"example.com.zone", master, 1000}});
  CHECK(before.serial() == 5);
  const auto after =
      compile({{"example.com.zone", master + "@ 60 A 192.0.2.1\n", 2000}}, before.serials);
  CHECK(after.serial() == 5);
  REQUIRE(after.warnings.size() == 1);
  CHECK(after.warnings[0].starts_with("the zone example.com. has changed, but its serial 5"));
}
