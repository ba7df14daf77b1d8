// Zone files whose mistake shows when records are parsed: one precise error each.
#include <string>

#include "loadstar/answer/snapshot.hpp"

#include "bad_zones.hpp"
#include "catch.hpp"

using namespace loadstar;

TEST_CASE("each bad record is one error with its place", "[answer][zone]") {
  const auto zones = test::bad_zones("records");
  REQUIRE(zones.size() >= 10);
  for (const test::BadZone& bad : zones) {
    CAPTURE(bad.file.filename().string());
    model::LoadedZones loaded = model::load_zones({bad.file});
    base::Diagnostics diagnostics = loaded.diagnostics;
    const auto snapshot = answer::Snapshot::compile({.zones = std::move(loaded.zones),
                                                     .master_files = {},
                                                     .databases = geo::Databases::open({}),
                                                     .on_all_down = model::OnAllDown::Kind::All},
                                                    diagnostics);
    const auto errors = diagnostics.errors();
    REQUIRE(errors.size() == 1);
    CHECK(test::without_name(errors[0].to_string(), bad.file) == bad.expected);
  }
}
