#include "loadstar/control/http_server.hpp"

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
namespace http = boost::beast::http;
using asio::ip::tcp;

namespace {

const base::Endpoint kAnyPort{*base::Address::parse("127.0.0.1"), 0};

/// A server on its own thread, and clients on this one.
class World {
 public:
  explicit World(HttpLimits limits = {})
      : server(io, kAnyPort, backend, limits), thread_([this] { io.run(); }) {}
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

  using Answer = http::response<http::string_body>;

  static Answer exchange(tcp::socket& socket, http::verb verb, const std::string& target) {
    http::request<http::empty_body> request(verb, target, 11);
    request.set(http::field::host, "localhost");
    http::write(socket, request);
    return read(socket);
  }
  static Answer read(tcp::socket& socket) {
    boost::beast::flat_buffer buffer;
    Answer answer;
    http::read(socket, buffer, answer);
    return answer;
  }
  Answer ask(http::verb verb, const std::string& target) {
    tcp::socket socket = connect();
    return exchange(socket, verb, target);
  }

  asio::io_context io;
  FakeBackend backend;
  HttpServer server;

 private:
  asio::io_context client_io_;
  std::thread thread_;
};

bool is_closed(tcp::socket& socket) {
  char byte = 0;
  boost::system::error_code error;
  asio::read(socket, asio::buffer(&byte, 1), error);
  return error == asio::error::eof || error == asio::error::connection_reset;
}

}  // namespace

TEST_CASE("the API answers what it is asked", "[control][http]") {
  World world;
  const auto status = world.ask(http::verb::get, "/v1/status");
  CHECK(status.result() == http::status::ok);
  CHECK(status[http::field::content_type] == "application/json");
  CHECK(json::parse(status.body())["version"] == "1.2.3");

  const auto metrics = world.ask(http::verb::get, "/metrics");
  CHECK(metrics.result() == http::status::ok);
  CHECK(metrics[http::field::content_type].starts_with("text/plain; version=0.0.4"));
  CHECK(metrics.body().find("loadstar_build_info") != std::string::npos);
}

TEST_CASE("explain gets its parameters decoded", "[control][http]") {
  World world;
  CHECK(world.ask(http::verb::get, "/v1/explain?name=www.example.&type=AAAA&client=2001:db8::%2F32")
            .body() == "www.example.|AAAA|2001:db8::/32");
  CHECK(world.ask(http::verb::get, "/v1/explain?name=www.example.").body() == "www.example.|A|");
}

TEST_CASE("challenges are taken in and away", "[control][http]") {
  World world;
  CHECK(world.ask(http::verb::post, "/v1/acme?name=a.example&token=x%2Fy&ttl=5&expires=1h")
            .result() == http::status::ok);
  CHECK(world.ask(http::verb::post, "/v1/acme/remove?name=a.example&token=x").result() ==
        http::status::ok);
  CHECK(world.backend.challenges == std::vector<std::string>{"a.example|x/y|5|1h", "-a.example|x"});
}

TEST_CASE("overrides are listed, set and removed at one place", "[control][http]") {
  World world;
  CHECK(world.ask(http::verb::get, "/v1/overrides").body() == "[]\n");
  CHECK(world
            .ask(http::verb::post,
                 "/v1/overrides?target=pool:web-%2A&state=drain&for=30m&over=10m"
                 "&why=new%20kernel&author=alice")
            .result() == http::status::ok);
  CHECK(world.ask(http::verb::delete_, "/v1/overrides?target=pool:web&author=bob").result() ==
        http::status::ok);
  CHECK(world.backend.override_requests ==
        std::vector<std::string>{"pool:web-*|drain|30m|10m|new kernel|alice", "-pool:web|bob"});
}

TEST_CASE("a request that cannot be answered says why", "[control][http]") {
  World world;
  const auto [verb, target, status, text] =
      GENERATE(table<http::verb, std::string, http::status, std::string>(
          {{http::verb::get, "/v1/explain", http::status::bad_request,
            "the parameter \"name\" is missing"},
           {http::verb::get, "/v1/explain?name=x&type=WRONG", http::status::bad_request,
            "\"WRONG\" is not a record type"},
           {http::verb::post, "/v1/acme?name=x", http::status::bad_request, "\"\" is not a token"},
           {http::verb::post, "/v1/overrides?target=pool:x&state=drain", http::status::bad_request,
            "the reason is missing"},
           {http::verb::delete_, "/v1/overrides", http::status::bad_request,
            "there is no override of \"\""},
           {http::verb::get, "/v1/explain?name=%zz", http::status::bad_request,
            "the request target is malformed"},
           {http::verb::get, "/", http::status::not_found, "there is no such resource"},
           {http::verb::get, "/v1/status/x", http::status::not_found, "there is no such resource"},
           {http::verb::post, "/v1/status", http::status::method_not_allowed, "method not allowed"},
           {http::verb::get, "/v1/reload", http::status::method_not_allowed,
            "method not allowed"}}));
  INFO(target);
  const auto answer = world.ask(verb, target);
  CHECK(answer.result() == status);
  CHECK(json::parse(answer.body())["error"] == text);
}

TEST_CASE("a method that is not allowed names the one that is", "[control][http]") {
  World world;
  CHECK(world.ask(http::verb::get, "/v1/reload")[http::field::allow] == "POST");
  CHECK(world.ask(http::verb::delete_, "/metrics")[http::field::allow] == "GET");
  CHECK(world.ask(http::verb::put, "/v1/overrides")[http::field::allow] == "GET, POST, DELETE");
}

TEST_CASE("a reload answers with its outcome", "[control][http]") {
  World world;
  SECTION("good") {
    const auto answer = world.ask(http::verb::post, "/v1/reload");
    CHECK(answer.result() == http::status::ok);
    CHECK(json::parse(answer.body()).empty());
  }
  SECTION("broken") {
    world.backend.reload_result = {{"zones/x.json", 1, 2, "zone", "no"}};
    const auto answer = world.ask(http::verb::post, "/v1/reload");
    CHECK(answer.result() == http::status::unprocessable_entity);
    CHECK(json::parse(answer.body())[0]["file"] == "zones/x.json");
  }
  CHECK(world.backend.reloads == 1);
}

TEST_CASE("a connection serves one request after another", "[control][http]") {
  World world;
  tcp::socket socket = world.connect();
  for (int i = 0; i < 3; ++i) {
    CHECK(World::exchange(socket, http::verb::get, "/metrics").result() == http::status::ok);
  }
}

TEST_CASE("a request may be no larger than the limits", "[control][http]") {
  World world;
  tcp::socket socket = world.connect();
  const auto [text, status] = GENERATE(
      table<std::string, http::status>({{"GET /" + std::string(9000, 'x') + " HTTP/1.1\r\n\r\n",
                                         http::status::request_header_fields_too_large},
                                        {"POST /v1/reload HTTP/1.1\r\nContent-Length: 9000\r\n\r\n",
                                         http::status::payload_too_large}}));
  asio::write(socket, asio::buffer(text));
  CHECK(World::read(socket).result() == status);
  CHECK(is_closed(socket));
  CHECK(world.backend.reloads == 0);
}

TEST_CASE("what is not HTTP is turned away", "[control][http]") {
  World world;
  tcp::socket socket = world.connect();
  asio::write(socket, asio::buffer(std::string("\x16\x03\x01 hello\r\n\r\n")));
  CHECK(World::read(socket).result() == http::status::bad_request);
  CHECK(is_closed(socket));
}

TEST_CASE("a client that is too slow is let go", "[control][http]") {
  World world({.timeout = std::chrono::milliseconds(20)});
  tcp::socket socket = world.connect();
  asio::write(socket, asio::buffer(std::string("GET /metrics HT")));
  CHECK(is_closed(socket));
}

TEST_CASE("one connection too many is closed at once", "[control][http]") {
  World world({.connections = 1});
  tcp::socket first = world.connect();
  CHECK(World::exchange(first, http::verb::get, "/metrics").result() == http::status::ok);
  tcp::socket second = world.connect();
  CHECK(is_closed(second));
  CHECK(World::exchange(first, http::verb::get, "/metrics").result() == http::status::ok);
}

TEST_CASE("an address that is taken is named", "[control][http]") {
  World world;
  asio::io_context io;
  FakeBackend backend;
  const std::string expected = "cannot listen on " + world.server.endpoint().to_string() +
                               " (control): address already in use";
  CHECK_THROWS_WITH(HttpServer(io, world.server.endpoint(), backend), expected);
}
