#include "loadstar/health/override.hpp"

#include "catch.hpp"

using namespace loadstar;
using namespace loadstar::health;
using model::AdminState;
using namespace std::chrono_literals;

namespace {

const SystemTime kNoon{1'764'417'600'000ms};

Override drain(std::string_view target) {
  return {.target = *OverrideTarget::parse(target),
          .version = {},
          .author = "alice",
          .why = "kernel",
          .from = kNoon,
          .until = kNoon + 1h,
          .keep_until = kNoon + 1h};
}

model::Pool pool(std::string name, std::string zone, std::string region) {
  model::Pool made;
  made.full_name = zone + "/" + name;
  made.name = std::move(name);
  if (!region.empty()) {
    auto place = std::make_shared<model::Region>();
    place->name = std::move(region);
    made.region = std::move(place);
  }
  made.endpoints.resize(2);
  made.endpoints[0].id = "fra1";
  made.endpoints[1].id = "fra2";
  return made;
}

}  // namespace

TEST_CASE("a glob matches as a shell's does", "[health][override]") {
  const auto [pattern, text, matches] =
      GENERATE(table<std::string, std::string, bool>({{"web", "web", true},
                                                      {"web", "webs", false},
                                                      {"*", "", true},
                                                      {"*", "anything", true},
                                                      {"web-*", "web-fra", true},
                                                      {"web-*", "web", false},
                                                      {"*-fra", "web-fra", true},
                                                      {"w*b*a", "web-fra", true},
                                                      {"w*b*x", "web-fra", false},
                                                      {"web-???", "web-fra", true},
                                                      {"web-???", "web-f", false},
                                                      {"", "", true},
                                                      {"", "x", false},
                                                      {"**a**", "bab", true},
                                                      {"?", "", false}}));
  INFO(pattern << " " << text);
  CHECK(glob_matches(pattern, text) == matches);
}

TEST_CASE("a glob of many stars takes no time", "[health][override]") {
  std::string pattern;
  for (int i = 0; i < 100; ++i) pattern += "*a";
  CHECK_FALSE(glob_matches(pattern + "b", std::string(300, 'a')));
}

TEST_CASE("a target means regions, pools and endpoints", "[health][override]") {
  const model::Pool web = pool("web-fra", "example.com", "fra");
  const auto [text, first, second] = GENERATE(table<std::string, bool, bool>({
      {"region:fra", true, true},
      {"region:f*", true, true},
      {"region:iad", false, false},
      {"pool:web-fra", true, true},
      {"pool:web-*", true, true},
      {"pool:example.com/web-fra", true, true},
      {"pool:*/web-fra", true, true},
      {"pool:example.net/web-fra", false, false},
      {"pool:fra", false, false},
      {"endpoint:web-fra/fra1", true, false},
      {"endpoint:web-fra/*", true, true},
      {"endpoint:*/fra2", false, true},
      {"endpoint:example.com/web-fra/fra2", false, true},
      {"endpoint:web-iad/fra1", false, false},
  }));
  INFO(text);
  const auto target = OverrideTarget::parse(text);
  REQUIRE(target);
  CHECK(target->matches(web, web.endpoints[0]) == first);
  CHECK(target->matches(web, web.endpoints[1]) == second);
  CHECK(target->matches(web) == (first || second));
}

TEST_CASE("a pool that is nowhere is in no region", "[health][override]") {
  CHECK_FALSE(OverrideTarget::parse("region:*")->matches(pool("web", "example.com", "")));
}

TEST_CASE("what is no target is told how one looks", "[health][override]") {
  const auto [text, message] = GENERATE(table<std::string, std::string>({
      {"web", "\"web\" is not a target: \"region:NAME\", \"pool:NAME\" or \"endpoint:POOL/ID\""},
      {"zone:x",
       "\"zone:x\" is not a target: \"region:NAME\", \"pool:NAME\" or "
       "\"endpoint:POOL/ID\""},
      {"pool:", "\"pool:\" holds no name"},
      {"pool:a b",
       "\"pool:a b\" is not a target: \"region:NAME\", \"pool:NAME\" or "
       "\"endpoint:POOL/ID\""},
      {"endpoint:web", "\"endpoint:web\" names no endpoint: write \"endpoint:POOL/ID\""},
      {"endpoint:web/", "\"endpoint:web/\" ends without an endpoint's id"},
      {"endpoint:/a", "\"endpoint:/a\" holds no name"},
  }));
  const auto target = OverrideTarget::parse(text);
  REQUIRE_FALSE(target);
  CHECK(target.error() == message);
}

TEST_CASE("an override has an author, a reason and an end", "[health][override]") {
  CHECK_FALSE(problem_of(drain("pool:web")));
  Override wrong = drain("pool:web");
  SECTION("author") {
    wrong.author = "";
    CHECK(problem_of(wrong) == "the author is missing");
  }
  SECTION("reason") {
    wrong.why = "";
    CHECK(problem_of(wrong) == "the reason is missing");
  }
  SECTION("control characters") {
    wrong.why = "\x1b[2J";
    CHECK(problem_of(wrong) ==
          "the reason is not a text of 1 to 200 bytes without control characters");
  }
  SECTION("not UTF-8") {
    wrong.author = "\xff";
    CHECK(problem_of(wrong) ==
          "the author is not a text of 1 to 64 bytes without control characters");
  }
  SECTION("too long") {
    wrong.until = wrong.from + kLongestOverrideLife + 1ms;
    CHECK(problem_of(wrong) == "an override lasts up to 7d");
  }
  SECTION("no time at all") {
    wrong.until = wrong.from;
    CHECK(problem_of(wrong) == "an override lasts up to 7d");
  }
  SECTION("a drain that ends before it is done") {
    wrong.over = 1h;
    CHECK(problem_of(wrong) == "clients are drained over less than the 1h that the drain lasts");
  }
  SECTION("only a drain takes time") {
    wrong.state = AdminState::Down;
    wrong.over = 1min;
    CHECK(problem_of(wrong) == "only a drain takes its clients away over a time");
  }
}
