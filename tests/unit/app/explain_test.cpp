#include "loadstar/app/explain.hpp"

#include <nlohmann/json.hpp>

#include "loadstar/app/publisher.hpp"
#include "loadstar/model/loader.hpp"

#include "catch.hpp"

using namespace loadstar;
using namespace loadstar::app;
using nlohmann::json;

namespace {

std::shared_ptr<const answer::State> make_state() {
  auto loaded = model::load_zones({model::make_source("example.json", R"({
    "zone": "example.com",
    "pools": { "near": { "endpoints": [ { "id": "n", "a": "192.0.2.1" } ] }, "far": { "endpoints": [ { "a": "192.0.2.2" } ] } },
    "policies": { "www": { "rules": [ { "name": "office", "match": { "cidrs": ["203.0.113.0/24"] }, "pools": ["near"] },
                                      { "name": "world", "pools": ["far"] } ] } },
    "records": { "@": { "NS": "ns1" }, "ns1": { "A": "192.0.2.53" }, "www": { "steer": "www" }, "web": { "CNAME": "www" } } })")});
  base::Diagnostics diagnostics = loaded.diagnostics;
  auto snapshot = answer::Snapshot::compile(
      {.zones = loaded.zones, .master_files = {}, .databases = geo::Databases::open({})},
      diagnostics);
  if (diagnostics.has_errors()) throw base::ConfigError(diagnostics.errors());
  answer::StateBoard states;
  const health::Consensus health;
  Publisher(states, health).publish(snapshot);
  return states.load();
}

}  // namespace

TEST_CASE("an explanation is a document", "[app][explain]") {
  const auto document =
      explain(*make_state(), {.name = "web.example.com", .type = "a", .client = "203.0.113.0/24"});
  REQUIRE(document);
  const json explained = json::parse(*document);
  CHECK(explained["name"] == "web.example.com.");
  CHECK(explained["type"] == "A");
  CHECK(explained["client"] == "203.0.113.0/24");
  CHECK(explained["outcome"] == "answer");
  CHECK(explained["answer"] == json{"CNAME www.example.com.", "192.0.2.1"});
  CHECK(explained["scope"] == 24);
  CHECK(explained["steps"].size() > 3);
}

TEST_CASE("an explanation reads as text", "[app][explain]") {
  const auto document =
      explain(*make_state(), {.name = "www.example.com", .type = "A", .client = "203.0.113.9"});
  REQUIRE(document);
  const std::string text = explanation_text(*document);
  INFO(text);
  CHECK(text.starts_with("www.example.com. A for 203.0.113.9"));
  CHECK(text.find("office") != std::string::npos);
  CHECK(text.ends_with("answer: 192.0.2.1; TTL 60, scope /24\n"));
}

TEST_CASE("a question that makes no sense is refused in words", "[app][explain]") {
  const auto state = make_state();
  const auto [name, type, client, error] =
      GENERATE(table<const char*, const char*, const char*, const char*>(
          {{"a..b", "A", "192.0.2.1", "\"a..b\""},
           {"www.example.com", "NONE", "192.0.2.1", "\"NONE\" is not a record type"},
           {"www.example.com", "A", "", "an address of a client is needed"},
           {"www.example.com", "A", "192.0.2.1/8", "192.0.2.1/8"}}));
  const auto document = explain(*state, {.name = name, .type = type, .client = client});
  REQUIRE(!document);
  CHECK(document.error().find(error) != std::string::npos);
}
