#include "bad_zones.hpp"

#include "loadstar/model/loader.hpp"

#include "catch.hpp"

using namespace loadstar;

TEST_CASE("each bad zone has exactly the one error that stands beside it", "[model][bad-zones]") {
  const auto zones = test::bad_zones();
  REQUIRE(zones.size() >= 60);
  for (const test::BadZone& bad : zones) {
    INFO(bad.file);
    const auto loaded = model::load_zones(std::vector<std::filesystem::path>{bad.file});
    const auto errors = loaded.diagnostics.errors();
    CHECK(loaded.zones.empty());
    CHECK((loaded.libraries_broken || loaded.broken == std::vector<std::string>{"example.com."}));
    REQUIRE(errors.size() == 1);
    CHECK(test::without_name(errors.front().to_string(), bad.file) == bad.expected);
  }
}
