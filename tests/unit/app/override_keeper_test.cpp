#include "loadstar/app/override_keeper.hpp"

#include <fstream>
#include <nlohmann/json.hpp>
#include <random>
#include <sstream>

#include "loadstar/app/override_file.hpp"

#include "answer_world.hpp"
#include "catch.hpp"
#include "temporary_folder.hpp"

using namespace loadstar;
using namespace loadstar::app;
using namespace std::chrono_literals;
using model::AdminState;

namespace {

constexpr const char* kZone = R"({ "zone": "example.com",
  "regions": { "fra": {}, "iad": {} },
  "pools": {
    "web-fra": { "region": "fra", "endpoints": [ { "id": "a", "a": "192.0.2.1" }, { "id": "b", "a": "192.0.2.2" } ] },
    "web-iad": { "region": "iad", "endpoints": [ { "id": "c", "a": "192.0.2.3" } ] } },
  "policies": { "www": { "rules": [ { "pools": ["web-fra", "web-iad"] } ] } },
  "records": { "@": { "NS": "ns1", "steer": "www" }, "ns1": { "A": "192.0.2.53" } } })";

const base::Now kNoon{.steady = base::TimePoint(500h), .system = base::Now::System(1'764'417'600s)};

base::Now later(base::Duration by) {
  return {.steady = kNoon.steady + by, .system = kNoon.system + by};
}

struct World {
  explicit World(const std::filesystem::path& state = "")
      : keeper(state, "ns1", [this](auto changed) {
          for (const health::Override& one : changed) told.push_back(one.target.text());
        }) {}

  [[nodiscard]] std::string set(control::OverrideRequest request, const base::Now& now = kNoon) {
    const auto done = keeper.set(request, *answers.snapshot, now);
    return done ? *done : "refused: " + done.error();
  }

  test::AnswerWorld answers{{{"example.json", kZone}}};
  std::vector<std::string> told;
  OverrideKeeper keeper;
};

control::OverrideRequest drain(std::string target) {
  return {.target = std::move(target),
          .state = "drain",
          .life = "30m",
          .over = "",
          .why = "kernel",
          .author = "alice"};
}

std::string text_of(const std::filesystem::path& file) {
  std::ostringstream out;
  out << std::ifstream(file).rdbuf();
  return out.str();
}

}  // namespace

TEST_CASE("an override is answered with what it comes to", "[app][overrides]") {
  World world;
  const auto receipt = nlohmann::json::parse(world.set(drain("region:fra")));
  CHECK(receipt["state"] == "drain");
  CHECK(receipt["until"] == "2025-11-29T12:30:00Z");
  CHECK(receipt["endpoints"] == 2);
  CHECK(world.told == std::vector<std::string>{"region:fra"});
}

TEST_CASE("an override lasts an hour unless it says otherwise", "[app][overrides]") {
  World world;
  control::OverrideRequest request = drain("pool:web-*");
  request.life = "";
  CHECK(nlohmann::json::parse(world.set(request))["until"] == "2025-11-29T13:00:00Z");
}

TEST_CASE("a request that makes no sense is told why", "[app][overrides]") {
  World world;
  control::OverrideRequest request = drain("pool:web-fra");
  std::string message;
  SECTION("target") {
    request.target = "web";
    message = "\"web\" is not a target: \"region:NAME\", \"pool:NAME\" or \"endpoint:POOL/ID\"";
  }
  SECTION("nothing of that name") {
    request.target = "pool:web-icn";
    message =
        "\"pool:web-icn\" means nothing that is served here; there is pool:web-fra, pool:web-iad";
  }
  SECTION("no such endpoint") {
    request.target = "endpoint:web-fra/c";
    message =
        "\"endpoint:web-fra/c\" means nothing that is served here; there is endpoint:web-fra/a, "
        "endpoint:web-fra/b, endpoint:web-iad/c";
  }
  SECTION("state") {
    request.state = "off";
    message = "\"off\" is not \"drain\", \"down\", \"up\" or \"auto\"";
  }
  SECTION("life") {
    request.life = "8d";
    message = "\"8d\" is not a time of up to 7d, such as \"30m\"";
  }
  SECTION("over") {
    request.over = "soon";
    message = "\"soon\" is not a time such as \"10m\"";
  }
  SECTION("over for longer than it lasts") {
    request.over = "30m";
    message = "clients are drained over less than the 30m that the drain lasts";
  }
  SECTION("reason") {
    request.why = "";
    message = "the reason is missing";
  }
  SECTION("author") {
    request.author = "";
    message = "the author is missing";
  }
  CHECK(world.set(request) == "refused: " + message);
  CHECK(world.keeper.overrides().all().empty());
  CHECK(world.told.empty());
}

TEST_CASE("an override is taken away by the words it was set by", "[app][overrides]") {
  World world;
  static_cast<void>(world.set(drain("pool:web-*")));
  control::OverrideRequest request;
  request.author = "bob";
  request.target = "pool:web-fra";
  const auto wrong = world.keeper.remove(request, kNoon);
  REQUIRE_FALSE(wrong);
  CHECK(wrong.error() ==
        "there is no override of \"pool:web-fra\"; `loadstar status` lists those "
        "that there are");
  request.target = "pool:web-*";
  CHECK(world.keeper.remove(request, later(1min)));
  CHECK_FALSE(world.keeper.remove(request, later(1min)));
  CHECK(world.told == std::vector<std::string>{"pool:web-*", "pool:web-*"});
  CHECK(world.keeper.overrides().all().front().is_removed);
}

TEST_CASE("overrides outlive the process", "[app][overrides]") {
  const test::TemporaryFolder folder;
  World before(folder.path());
  static_cast<void>(before.set(drain("pool:web-*")));
  static_cast<void>(before.set(drain("region:iad")));
  static_cast<void>(before.keeper.remove(
      {.target = "region:iad", .state = "", .life = "", .over = "", .why = "", .author = "bob"},
      later(1s)));
  World after(folder.path());
  after.keeper.recall(later(2s));
  CHECK(after.keeper.overrides().all() == before.keeper.overrides().all());
  World much_later(folder.path());
  much_later.keeper.recall(later(30min));
  CHECK(much_later.keeper.overrides().all().empty());
}

TEST_CASE("a damaged file of overrides is set aside", "[app][overrides]") {
  const test::TemporaryFolder folder;
  World before(folder.path());
  static_cast<void>(before.set(drain("pool:web-*")));
  const auto file = override_file_in(folder.path());
  std::string text = text_of(file);
  text[text.find("drain")] = 'x';
  folder.write("overrides.json", text);
  World after(folder.path());
  after.keeper.recall(kNoon);
  CHECK(after.keeper.overrides().all().empty());
  CHECK_FALSE(std::filesystem::exists(file));
  CHECK(text_of(folder.path() / "overrides.json.damaged") == text);
}

TEST_CASE("what other nodes have is taken up and kept", "[app][overrides]") {
  const test::TemporaryFolder folder;
  World other;
  static_cast<void>(other.set(drain("pool:web-*")));
  World world(folder.path());
  world.keeper.merge(other.keeper.overrides().all(), kNoon);
  world.keeper.merge(other.keeper.overrides().all(), kNoon);
  CHECK(world.told == std::vector<std::string>{"pool:web-*"});
  World after(folder.path());
  after.keeper.recall(kNoon);
  CHECK(after.keeper.overrides().all() == other.keeper.overrides().all());
}

TEST_CASE("overrides come back from their text as they were", "[app][overrides]") {
  World world;
  control::OverrideRequest request = drain("endpoint:web-fra/?");
  request.over = "10m";
  request.why = "\"new\" kernel — ü";
  static_cast<void>(world.set(request));
  const auto all = world.keeper.overrides().all();
  REQUIRE(all.size() == 1);
  CHECK(overrides_from_json(overrides_to_json(all)) == all);
  CHECK(overrides_from_text(overrides_to_text(all)) == all);
}

TEST_CASE("a text that is no list of overrides is refused", "[app][overrides]") {
  const auto [text, message] = GENERATE(table<std::string, std::string>({
      {"", "is no list of overrides"},
      {"{}", "is no list of overrides"},
      {"[1]", "has an entry that is no override"},
      {R"([{"target": "pool:web"}])", "has an entry that is no override"},
  }));
  INFO(text);
  const auto read = overrides_from_json(text);
  REQUIRE_FALSE(read);
  CHECK(read.error() == message);
}

TEST_CASE("no damage to a text of overrides goes unseen", "[app][overrides]") {
  World world;
  static_cast<void>(world.set(drain("pool:web-*")));
  const std::string text = overrides_to_text(world.keeper.overrides().all());
  std::mt19937 random(7);
  for (int i = 0; i < 500; ++i) {
    std::string damaged = text;
    damaged[random() % damaged.size()] ^= static_cast<char>(1 + random() % 255);
    CHECK_FALSE(overrides_from_text(damaged));
  }
}
