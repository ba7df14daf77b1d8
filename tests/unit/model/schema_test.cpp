#include "loadstar/model/schema.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <set>
#include <string>

#include "loadstar/model/json/document.hpp"

#include "catch.hpp"
#include "paths.hpp"

using namespace loadstar::model;

namespace {

using Keys = std::set<std::string_view>;

/// A schema of docs/schema, and its "$defs".
class Schema {
 public:
  explicit Schema(const std::string& name) {
    std::ifstream in(loadstar::test::source_folder() / "docs/schema" / name);
    text_.assign(std::istreambuf_iterator<char>(in), {});
    document_ = json::Document::parse(text_);
    REQUIRE(document_->root());
  }

  [[nodiscard]] json::Value definitions() const { return *document_->root()->member("$defs"); }

  [[nodiscard]] json::Value object(std::string_view name) const {
    INFO(name);
    const auto found = definitions().member(name);
    REQUIRE(found);
    return *found;
  }

 private:
  std::string text_;
  std::optional<json::Document> document_;
};

Keys properties_of(json::Value object) {
  Keys keys;
  const auto properties = object.member("properties");
  if (!properties) return keys;
  for (const json::Value property : properties->children()) keys.insert(property.key());
  return keys;
}

void compare(const Schema& schema, const std::vector<ObjectKeys>& known) {
  for (const ObjectKeys& object : known) {
    INFO(object.object);
    const json::Value described = schema.object(object.object);
    CHECK(properties_of(described) == Keys(object.keys.begin(), object.keys.end()));
    const auto others = described.member("additionalProperties");
    REQUIRE(others);
    CHECK(others->text() == "false");
  }
}

// Objects of the schema with keys of their own that the reader does not know.
void check_complete(const Schema& schema, const std::vector<ObjectKeys>& known) {
  for (const json::Value definition : schema.definitions().children()) {
    if (!definition.member("properties")) continue;
    INFO(definition.key());
    CHECK(std::ranges::find(known, definition.key(), &ObjectKeys::object) != known.end());
  }
}

}  // namespace

TEST_CASE("the schema of zone files knows the keys that the reader knows", "[model][schema]") {
  const Schema schema("zone.schema.json");
  const auto known = zone_schema();
  CHECK(known.size() == 25);
  compare(schema, known);
  check_complete(schema, known);
}

TEST_CASE("the schema of the configuration knows the keys that the reader knows",
          "[model][schema]") {
  const Schema schema("dns-config.schema.json");
  compare(schema, dns_config_schema());
  check_complete(schema, dns_config_schema());
}

TEST_CASE("the schema of a vantage has the keys that the reader knows", "[model][schema]") {
  const Schema schema("probe-config.schema.json");
  compare(schema, probe_config_schema());
  check_complete(schema, probe_config_schema());
}
