#include <fmt/format.h>

#include "loadstar/model/json/document.hpp"
#include "loadstar/model/json/path.hpp"

#include "catch.hpp"

using namespace loadstar::model::json;

namespace {

constexpr std::string_view kText = R"({
  // pools: [ "not this" ]
  "pools": {
    "web-fra": { "endpoints": [ { "a": "192.0.2.300" }, { "a": "192.0.2.1" } ] }
  },
  "records": { "@": {}, "*.cdn": { "TXT": [ [ 1, 2 ], "x" ] }, "a\"b": 1 }
})";

// What is expected at the offset of each value, worked out from the tree instead of the text.
void compare_paths(Value value, const std::string& path, int& compared) {
  CHECK(path_at(kText, value.offset()) == path);
  ++compared;
  std::size_t index = 0;
  for (const Value child : value.children()) {
    if (value.is_array()) {
      compare_paths(child, fmt::format("{}[{}]", path, index++), compared);
      continue;
    }
    const bool quoted = child.key() == "*.cdn";
    const std::string key = quoted                  ? "\"*.cdn\""
                            : child.key() == "a\"b" ? "\"a\\\"b\""
                                                    : std::string(child.key());
    const std::string below = path.empty() ? key : path + "." + key;
    CHECK(path_at(kText, child.key_offset()) == below);
    compare_paths(child, below, compared);
  }
}

}  // namespace

TEST_CASE("the path at an offset is the way to the value there", "[model][json]") {
  const auto document = Document::parse(kText);
  int compared = 0;
  compare_paths(*document.root(), "", compared);
  CHECK(compared == 17);
}

TEST_CASE("a locator gives line, column and path of offsets that rise", "[model][json]") {
  Locator locator(kText);
  const auto at = [&](std::string_view wanted) {
    locator.advance(kText.find(wanted));
    return fmt::format("{}:{}: {}", locator.line(), locator.column(), locator.path());
  };
  CHECK(at("{") == "1:1: ");
  CHECK(at("\"pools\"") == "3:3: pools");
  CHECK(at("\"192.0.2.300\"") == "4:40: pools.web-fra.endpoints[0].a");
  CHECK(at("\"192.0.2.300\"") == "4:40: pools.web-fra.endpoints[0].a");
  CHECK(at("{ \"a\": \"192.0.2.1\"") == "4:57: pools.web-fra.endpoints[1]");
  CHECK(at("[ 1, 2 ]") == "6:45: records.\"*.cdn\".TXT[0]");
  CHECK(at("2 ]") == "6:50: records.\"*.cdn\".TXT[0][1]");
}

TEST_CASE("paths of texts that are not JSON, or of offsets behind the end, are harmless",
          "[model][json]") {
  CHECK(path_at("", 0).empty());
  CHECK(path_at("", 100).empty());
  CHECK(path_at("}}]]", 3).empty());
  CHECK(path_at("{\"a", 2) == "\"\"");
  CHECK(path_at("{\"a\": [1, 2", 100) == "a[1]");
}
