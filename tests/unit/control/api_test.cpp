#include "loadstar/control/api.hpp"

#include <nlohmann/json.hpp>
#include <optional>

#include "catch.hpp"
#include "fake_backend.hpp"

using namespace loadstar;
using namespace loadstar::control;
using loadstar::control::test::FakeBackend;
using nlohmann::json;

namespace {

/// The API over a backend that notes what it is asked.
struct World {
  http::Response ask(const std::string& method, const std::string& target) {
    std::optional<http::Response> answer;
    const http::Request request{.method = method,
                                .target = *http::parse_target(target),
                                .body = {},
                                .token = {},
                                .peer = {}};
    make_api(backend)(request, [&](http::Response response) { answer = std::move(response); });
    return answer.value();
  }

  FakeBackend backend;
};

}  // namespace

TEST_CASE("the API answers what it is asked", "[control]") {
  World world;
  const auto status = world.ask("GET", "/v1/status");
  CHECK(status.status == 200);
  CHECK(status.type == "application/json");
  CHECK(json::parse(status.body)["version"] == "1.2.3");

  const auto metrics = world.ask("GET", "/metrics");
  CHECK(metrics.status == 200);
  CHECK(metrics.type.starts_with("text/plain; version=0.0.4"));
  CHECK(metrics.body.find("loadstar_build_info") != std::string::npos);
}

TEST_CASE("explain gets its parameters decoded", "[control]") {
  World world;
  CHECK(world.ask("GET", "/v1/explain?name=www.example.&type=AAAA&client=2001:db8::%2F32").body ==
        "www.example.|AAAA|2001:db8::/32");
  CHECK(world.ask("GET", "/v1/explain?name=www.example.").body == "www.example.|A|");
}

TEST_CASE("challenges are taken in and away", "[control]") {
  World world;
  CHECK(world.ask("POST", "/v1/acme?name=a.example&token=x%2Fy&ttl=5&expires=1h").status == 200);
  CHECK(world.ask("POST", "/v1/acme/remove?name=a.example&token=x").status == 200);
  CHECK(world.backend.challenges == std::vector<std::string>{"a.example|x/y|5|1h", "-a.example|x"});
}

TEST_CASE("overrides are listed, set and removed at one place", "[control]") {
  World world;
  CHECK(world.ask("GET", "/v1/overrides").body == "[]\n");
  CHECK(world
            .ask("POST",
                 "/v1/overrides?target=pool:web-%2A&state=drain&for=30m&over=10m"
                 "&why=new%20kernel&author=alice")
            .status == 200);
  CHECK(world.ask("DELETE", "/v1/overrides?target=pool:web&author=bob").status == 200);
  CHECK(world.backend.override_requests ==
        std::vector<std::string>{"pool:web-*|drain|30m|10m|new kernel|alice", "-pool:web|bob"});
}

TEST_CASE("a request that cannot be answered says why", "[control]") {
  World world;
  const auto [method, target, status, text] =
      GENERATE(table<std::string, std::string, int, std::string>(
          {{"GET", "/v1/explain", 400, "the parameter \"name\" is missing"},
           {"GET", "/v1/explain?name=x&type=WRONG", 400, "\"WRONG\" is not a record type"},
           {"POST", "/v1/acme?name=x", 400, "\"\" is not a token"},
           {"POST", "/v1/overrides?target=pool:x&state=drain", 400, "the reason is missing"},
           {"DELETE", "/v1/overrides", 400, "there is no override of \"\""},
           {"GET", "/", 404, "there is no such resource"},
           {"GET", "/v1/status/x", 404, "there is no such resource"},
           {"POST", "/v1/status", 405, "method not allowed"},
           {"GET", "/v1/reload", 405, "method not allowed"}}));
  INFO(target);
  const auto answer = world.ask(method, target);
  CHECK(answer.status == status);
  CHECK(json::parse(answer.body)["error"] == text);
}

TEST_CASE("a method that is not allowed names the one that is", "[control]") {
  World world;
  CHECK(world.ask("GET", "/v1/reload").allow == "POST");
  CHECK(world.ask("DELETE", "/metrics").allow == "GET");
  CHECK(world.ask("PUT", "/v1/overrides").allow == "GET, POST, DELETE");
}

TEST_CASE("a reload answers with its outcome", "[control]") {
  World world;
  SECTION("good") {
    const auto answer = world.ask("POST", "/v1/reload");
    CHECK(answer.status == 200);
    CHECK(json::parse(answer.body).empty());
  }
  SECTION("broken") {
    world.backend.reload_result = {{"zones/x.json", 1, 2, "zone", "no"}};
    const auto answer = world.ask("POST", "/v1/reload");
    CHECK(answer.status == 422);
    CHECK(json::parse(answer.body)[0]["file"] == "zones/x.json");
  }
  CHECK(world.backend.reloads == 1);
}
