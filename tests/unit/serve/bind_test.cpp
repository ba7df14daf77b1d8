#include <string>

#include "loadstar/base/diagnostic.hpp"

#include "catch.hpp"
#include "client.hpp"

using namespace loadstar;
using namespace loadstar::serve;
using namespace loadstar::serve::test;

namespace {

std::string error_of(const base::Endpoint& endpoint) {
  answer::StateBoard board;
  try {
    Server server(board, {.listen = {endpoint}, .responder = {}, .tcp = {}});
  } catch (const base::ConfigError& error) {
    return error.what();
  }
  return "";
}

int bind_plainly(int type, const base::Endpoint& endpoint) {
  const int fd = ::socket(AF_INET, type, 0);
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_port = htons(endpoint.port);
  name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE(::bind(fd, reinterpret_cast<const sockaddr*>(&name), sizeof name) == 0);
  if (type == SOCK_STREAM) REQUIRE(::listen(fd, 1) == 0);
  return fd;
}

/// Free for both protocols a moment ago.
base::Endpoint free_endpoint() {
  answer::StateBoard board;
  const Server server(board, {.listen = {at("127.0.0.1")}, .responder = {}, .tcp = {}});
  return server.listening()[0].endpoint;
}

}  // namespace

TEST_CASE("port 0 becomes one free port for UDP and TCP", "[serve][bind]") {
  answer::StateBoard board;
  const Server server(board,
                      {.listen = {at("127.0.0.1")}, .workers = 2, .responder = {}, .tcp = {}});
  REQUIRE(server.listening().size() == 2);
  const Listening& udp = server.listening()[0];
  const Listening& tcp = server.listening()[1];
  CHECK(udp.endpoint.port != 0);
  CHECK(udp.endpoint == tcp.endpoint);
  CHECK(udp.to_string() == udp.endpoint.to_string() + " (udp)");
  CHECK(tcp.to_string() == udp.endpoint.to_string() + " (tcp)");
}

TEST_CASE("an address that is taken is named", "[serve][bind]") {
  const base::Endpoint endpoint = free_endpoint();
  const auto [type, protocol] =
      GENERATE(table<int, std::string>({{SOCK_DGRAM, "udp"}, {SOCK_STREAM, "tcp"}}));
  const int fd = bind_plainly(type, endpoint);
  CHECK(error_of(endpoint) ==
        "cannot listen on " + endpoint.to_string() + " (" + protocol + "): address already in use");
  ::close(fd);
}

TEST_CASE("a second server does not slip in beside the first", "[serve][bind]") {
  const World first;
  CHECK(error_of(first.endpoint()) ==
        "cannot listen on " + first.endpoint().to_string() + " (udp): address already in use");
}

TEST_CASE("an address that this machine does not have is named", "[serve][bind]") {
  CHECK(error_of(at("192.0.2.1")) ==
        "cannot listen on 192.0.2.1:0 (udp): cannot assign requested address");
}

TEST_CASE("an address can be bound again at once", "[serve][bind]") {
  base::Endpoint endpoint;
  {
    World world;
    endpoint = world.endpoint();
    Client client(endpoint, Protocol::Tcp);
    client.send(framed(query(1)));
    CHECK(!client.receive_message().empty());
    world.server.stop();  // the server closes first, which leaves it in TIME_WAIT
    CHECK(client.is_closed());
  }
  CHECK(error_of(endpoint).empty());
}
