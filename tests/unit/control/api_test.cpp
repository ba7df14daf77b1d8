#include "loadstar/control/api.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <nlohmann/json.hpp>
#include <thread>

#include "loadstar/base/diagnostic.hpp"

#include "catch.hpp"
#include "fake_backend.hpp"

using namespace loadstar;
using namespace loadstar::control;
using loadstar::control::test::FakeBackend;
using nlohmann::json;
namespace asio = boost::asio;
namespace bhttp = boost::beast::http;
using asio::ip::tcp;

namespace {

const base::Endpoint kAnyPort{*base::Address::parse("127.0.0.1"), 0};

/// A server on its own thread, and clients on this one.
class World {
 public:
  World() : thread_([this] { io.run(); }) {}
  ~World() {
    io.stop();
    thread_.join();
  }
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  [[nodiscard]] tcp::socket connect() {
    tcp::socket socket(client_io_);
    socket.connect({asio::ip::make_address("127.0.0.1"), server.endpoint().port});
    return socket;
  }

  using Answer = bhttp::response<bhttp::string_body>;

  static Answer exchange(tcp::socket& socket, bhttp::verb verb, const std::string& target) {
    bhttp::request<bhttp::empty_body> request(verb, target, 11);
    request.set(bhttp::field::host, "localhost");
    bhttp::write(socket, request);
    return read(socket);
  }
  static Answer read(tcp::socket& socket) {
    boost::beast::flat_buffer buffer;
    Answer answer;
    bhttp::read(socket, buffer, answer);
    return answer;
  }
  Answer ask(bhttp::verb verb, const std::string& target) {
    tcp::socket socket = connect();
    return exchange(socket, verb, target);
  }

  asio::io_context io;
  FakeBackend backend;
  http::Server server{io, {.listen = kAnyPort, .what = "control"}, make_api(backend)};

 private:
  asio::io_context client_io_;
  std::thread thread_;
};

}  // namespace

TEST_CASE("the API answers what it is asked", "[control][http]") {
  World world;
  const auto status = world.ask(bhttp::verb::get, "/v1/status");
  CHECK(status.result() == bhttp::status::ok);
  CHECK(status[bhttp::field::content_type] == "application/json");
  CHECK(json::parse(status.body())["version"] == "1.2.3");

  const auto metrics = world.ask(bhttp::verb::get, "/metrics");
  CHECK(metrics.result() == bhttp::status::ok);
  CHECK(metrics[bhttp::field::content_type].starts_with("text/plain; version=0.0.4"));
  CHECK(metrics.body().find("loadstar_build_info") != std::string::npos);
}

TEST_CASE("explain gets its parameters decoded", "[control][http]") {
  World world;
  CHECK(
      world.ask(bhttp::verb::get, "/v1/explain?name=www.example.&type=AAAA&client=2001:db8::%2F32")
          .body() == "www.example.|AAAA|2001:db8::/32");
  CHECK(world.ask(bhttp::verb::get, "/v1/explain?name=www.example.").body() == "www.example.|A|");
}

TEST_CASE("challenges are taken in and away", "[control][http]") {
  World world;
  CHECK(world.ask(bhttp::verb::post, "/v1/acme?name=a.example&token=x%2Fy&ttl=5&expires=1h")
            .result() == bhttp::status::ok);
  CHECK(world.ask(bhttp::verb::post, "/v1/acme/remove?name=a.example&token=x").result() ==
        bhttp::status::ok);
  CHECK(world.backend.challenges == std::vector<std::string>{"a.example|x/y|5|1h", "-a.example|x"});
}

TEST_CASE("overrides are listed, set and removed at one place", "[control][http]") {
  World world;
  CHECK(world.ask(bhttp::verb::get, "/v1/overrides").body() == "[]\n");
  CHECK(world
            .ask(bhttp::verb::post,
                 "/v1/overrides?target=pool:web-%2A&state=drain&for=30m&over=10m"
                 "&why=new%20kernel&author=alice")
            .result() == bhttp::status::ok);
  CHECK(world.ask(bhttp::verb::delete_, "/v1/overrides?target=pool:web&author=bob").result() ==
        bhttp::status::ok);
  CHECK(world.backend.override_requests ==
        std::vector<std::string>{"pool:web-*|drain|30m|10m|new kernel|alice", "-pool:web|bob"});
}

TEST_CASE("a request that cannot be answered says why", "[control][http]") {
  World world;
  const auto [verb, target, status, text] = GENERATE(table<bhttp::verb, std::string, bhttp::status,
                                                           std::string>(
      {{bhttp::verb::get, "/v1/explain", bhttp::status::bad_request,
        "the parameter \"name\" is missing"},
       {bhttp::verb::get, "/v1/explain?name=x&type=WRONG", bhttp::status::bad_request,
        "\"WRONG\" is not a record type"},
       {bhttp::verb::post, "/v1/acme?name=x", bhttp::status::bad_request, "\"\" is not a token"},
       {bhttp::verb::post, "/v1/overrides?target=pool:x&state=drain", bhttp::status::bad_request,
        "the reason is missing"},
       {bhttp::verb::delete_, "/v1/overrides", bhttp::status::bad_request,
        "there is no override of \"\""},
       {bhttp::verb::get, "/v1/explain?name=%zz", bhttp::status::bad_request,
        "the request target is malformed"},
       {bhttp::verb::get, "/", bhttp::status::not_found, "there is no such resource"},
       {bhttp::verb::get, "/v1/status/x", bhttp::status::not_found, "there is no such resource"},
       {bhttp::verb::post, "/v1/status", bhttp::status::method_not_allowed, "method not allowed"},
       {bhttp::verb::get, "/v1/reload", bhttp::status::method_not_allowed, "method not allowed"}}));
  INFO(target);
  const auto answer = world.ask(verb, target);
  CHECK(answer.result() == status);
  CHECK(json::parse(answer.body())["error"] == text);
}

TEST_CASE("a method that is not allowed names the one that is", "[control][http]") {
  World world;
  CHECK(world.ask(bhttp::verb::get, "/v1/reload")[bhttp::field::allow] == "POST");
  CHECK(world.ask(bhttp::verb::delete_, "/metrics")[bhttp::field::allow] == "GET");
  CHECK(world.ask(bhttp::verb::put, "/v1/overrides")[bhttp::field::allow] == "GET, POST, DELETE");
}

TEST_CASE("a reload answers with its outcome", "[control][http]") {
  World world;
  SECTION("good") {
    const auto answer = world.ask(bhttp::verb::post, "/v1/reload");
    CHECK(answer.result() == bhttp::status::ok);
    CHECK(json::parse(answer.body()).empty());
  }
  SECTION("broken") {
    world.backend.reload_result = {{"zones/x.json", 1, 2, "zone", "no"}};
    const auto answer = world.ask(bhttp::verb::post, "/v1/reload");
    CHECK(answer.result() == bhttp::status::unprocessable_entity);
    CHECK(json::parse(answer.body())[0]["file"] == "zones/x.json");
  }
  CHECK(world.backend.reloads == 1);
}
