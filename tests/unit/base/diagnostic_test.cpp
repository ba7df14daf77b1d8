#include "loadstar/base/diagnostic.hpp"

#include "catch.hpp"

using namespace loadstar::base;

namespace {

std::string path_at(std::string_view, std::size_t offset) { return "at" + std::to_string(offset); }

}  // namespace

TEST_CASE("a place is told by line, column and path", "[base]") {
  const SourceFile file{"zone.json", "one\ntwo\n\nfour", path_at};
  CHECK(locate({&file, 0}, "m").to_string() == "zone.json:1:1: at0: m");
  CHECK(locate({&file, 5}, "m").to_string() == "zone.json:2:2: at5: m");
  CHECK(locate({&file, 8}, "m").to_string() == "zone.json:3:1: at8: m");
  CHECK(locate({&file, 12}, "m").to_string() == "zone.json:4:4: at12: m");
  CHECK(locate({&file, 99}, "m").line == 4);
  CHECK(locate({}, "m").to_string() == "m");
}

TEST_CASE("diagnostics come in the order of their places, each once", "[base]") {
  const SourceFile file{"a", "x\ny\nz", nullptr};
  Diagnostics diagnostics;
  CHECK_FALSE(diagnostics.has_errors());
  diagnostics.warning({&file, 0}, "odd");
  CHECK_FALSE(diagnostics.has_errors());
  diagnostics.error({&file, 4}, "late");
  diagnostics.error({&file, 2}, "early");
  diagnostics.error({&file, 4}, "late");
  CHECK(diagnostics.has_errors());
  REQUIRE(diagnostics.errors().size() == 2);
  CHECK(diagnostics.errors()[0].to_string() == "a:2:1: early");
  CHECK(diagnostics.warnings().size() == 1);

  Diagnostics more;
  more.append(diagnostics);
  CHECK(more.errors() == diagnostics.errors());
  CHECK(std::string(ConfigError(more.errors()).what()) == "a:2:1: early\na:3:1: late");
}
