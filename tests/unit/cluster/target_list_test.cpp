#include "loadstar/cluster/target_list.hpp"

#include <algorithm>

#include "catch.hpp"
#include "world.hpp"

using namespace loadstar;
using namespace loadstar::cluster;

TEST_CASE("targets are the same on both sides", "[cluster]") {
  std::vector<health::Target> targets = test::targets(3);
  const auto web = test::monitor(
      R"({ "type": "https", "path": "/x", "host": "www.example.com", // why not
           "expect": { "status": ["200-299", 401] }, "interval": "10s" })");
  targets.push_back({web, *base::Endpoint::parse("[2001:db8::1]:443", 0)});
  const auto list = parse_targets(to_json(targets));
  REQUIRE(list);
  CHECK(list->version == version_of(targets));
  CHECK(version_of(list->targets) == list->version);
  CHECK(std::ranges::is_permutation(list->targets, targets));
}

TEST_CASE("the version of targets does not depend on their order", "[cluster]") {
  std::vector<health::Target> targets = test::targets(3);
  const std::string version = version_of(targets);
  std::ranges::reverse(targets);
  CHECK(version_of(targets) == version);
  targets.pop_back();
  CHECK(version_of(targets) != version);
}

TEST_CASE("what is no list of targets says so", "[cluster]") {
  const auto [text, expected] = GENERATE(table<std::string, std::string>({
      {"", "is not a list of targets"},
      {R"({"version": "x"})", "is not a list of targets"},
      {R"({"version": "x", "targets": [1]})", "a target is malformed"},
      {R"({"version": "x", "targets": [{"monitor": "web", "text": "{}", "addresses": [1]}]})",
       "a target is malformed"},
      {R"({"version": "x", "targets": [{"monitor": "web", "text": "{}", "addresses": []}]})",
       "monitor \"web\":1:1: \"type\" is missing"},
      {R"({"version": "x", "targets": [{"monitor": "web", "text": "", "addresses": []}]})",
       "monitor \"web\":1:1: not JSON: the end of the file where a value is expected"},
  }));
  const auto list = parse_targets(text);
  REQUIRE_FALSE(list);
  CHECK(list.error() == expected);
}
