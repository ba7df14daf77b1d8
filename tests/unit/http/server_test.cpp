#include "loadstar/http/server.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <thread>

#include "loadstar/base/diagnostic.hpp"

#include "catch.hpp"

using namespace loadstar;
using namespace loadstar::http;
namespace asio = boost::asio;
namespace bhttp = boost::beast::http;
using asio::ip::tcp;

namespace {

const base::Endpoint kAnyPort{*base::Address::parse("127.0.0.1"), 0};

/// A server on its own thread, and clients on this one.
class World {
 public:
  explicit World(Limits limits = {})
      : server(
            io, {.listen = kAnyPort, .what = "test", .limits = limits},
            [this](const Request& request, const auto& respond) {
              ++asked;
              respond({.body = request.method + " " + request.target.path + " " + request.token});
            }),
        thread_([this] { io.run(); }) {}
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
  std::atomic<int> asked = 0;
  Server server;

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

TEST_CASE("a connection serves one request after another", "[http]") {
  World world;
  tcp::socket socket = world.connect();
  for (int i = 0; i < 3; ++i) {
    CHECK(World::exchange(socket, bhttp::verb::get, "/metrics").result() == bhttp::status::ok);
  }
}

TEST_CASE("a request may be no larger than the limits", "[http]") {
  World world;
  tcp::socket socket = world.connect();
  const auto [text, status] = GENERATE(table<std::string, bhttp::status>(
      {{"GET /" + std::string(9000, 'x') + " HTTP/1.1\r\n\r\n",
        bhttp::status::request_header_fields_too_large},
       {"POST / HTTP/1.1\r\nContent-Length: 9000\r\n\r\n", bhttp::status::payload_too_large}}));
  asio::write(socket, asio::buffer(text));
  CHECK(World::read(socket).result() == status);
  CHECK(is_closed(socket));
  CHECK(world.asked == 0);
}

TEST_CASE("what is not HTTP is turned away", "[http]") {
  World world;
  tcp::socket socket = world.connect();
  asio::write(socket, asio::buffer(std::string("\x16\x03\x01 hello\r\n\r\n")));
  CHECK(World::read(socket).result() == bhttp::status::bad_request);
  CHECK(is_closed(socket));
}

TEST_CASE("a target that cannot be read is told so", "[http]") {
  World world;
  CHECK(world.ask(bhttp::verb::get, "/x?name=%zz").result() == bhttp::status::bad_request);
  CHECK(world.asked == 0);
}

TEST_CASE("a client that is too slow is let go", "[http]") {
  World world({.timeout = std::chrono::milliseconds(20)});
  tcp::socket socket = world.connect();
  asio::write(socket, asio::buffer(std::string("GET /metrics HT")));
  CHECK(is_closed(socket));
}

TEST_CASE("one connection too many is closed at once", "[http]") {
  World world({.connections = 1});
  tcp::socket first = world.connect();
  CHECK(World::exchange(first, bhttp::verb::get, "/metrics").result() == bhttp::status::ok);
  tcp::socket second = world.connect();
  CHECK(is_closed(second));
  CHECK(World::exchange(first, bhttp::verb::get, "/metrics").result() == bhttp::status::ok);
}

TEST_CASE("an address that is taken is named", "[http]") {
  World world;
  asio::io_context io;
  const std::string expected =
      "cannot listen on " + world.server.endpoint().to_string() + " (test): address already in use";
  CHECK_THROWS_WITH(Server(io, {.listen = world.server.endpoint(), .what = "test"}, {}), expected);
}
