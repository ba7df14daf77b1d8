#include "proxy.hpp"

#include "catch.hpp"
#include "client.hpp"

using namespace loadstar;
using namespace loadstar::serve;
using namespace loadstar::serve::test;

namespace {

const base::Address kClient = *base::Address::parse("192.0.2.7");
const base::Address kOther = *base::Address::parse("2001:db8::7");

/// With a listener for fronts on 127.0.0.1 beside the one for clients.
World behind_front(const TcpLimits& limits = {}, std::string_view from = "127.0.0.1") {
  return World({.listen = {at("127.0.0.1")},
                .responder = {},
                .tcp = limits,
                .tls = {},
                .proxy = {.listen = {at("127.0.0.1")}, .from = {*base::Prefix::parse(from)}}});
}

base::Endpoint front_side(const World& world) { return world.endpoint(1); }

}  // namespace

TEST_CASE("a datagram with a PROXY header is answered without one", "[serve][proxy]") {
  World world = behind_front();
  CHECK(world.server.listening()[2].to_string() == front_side(world).to_string() + " (proxy udp)");
  const auto [header, id] = GENERATE(table<Bytes, std::uint16_t>(
      {{proxy_header(kClient), 1}, {proxy_header(kOther), 2}, {proxy_header(0x20, 0, {}), 3}}));
  Client client(front_side(world), Protocol::Udp);
  client.send(header + query(id));
  const Bytes answer = client.receive_datagram();
  CHECK(id_of(answer) == id);
  CHECK(is_response(answer));
}

TEST_CASE("a datagram without a PROXY header is dropped and counted", "[serve][proxy]") {
  World world = behind_front();
  Client client(front_side(world), Protocol::Udp);
  client.send(query(1));
  client.send(proxy_header(kClient) + query(2));
  CHECK(id_of(client.receive_datagram()) == 2);
  CHECK(client.is_silent());
  CHECK(world.total().udp_proxy_headers == 1);
  CHECK(world.total().udp_received == 2);
}

TEST_CASE("a datagram of its size is answered behind the longest PROXY header", "[serve][proxy]") {
  World world = behind_front();
  Client client(front_side(world), Protocol::Udp);
  client.send(proxy_header(0x20, 0, Bytes(1008)) + query(1, "big"));
  CHECK(id_of(client.receive_datagram()) == 1);
}

TEST_CASE("a datagram from where no front is is dropped and counted", "[serve][proxy]") {
  World world = behind_front({}, "127.0.0.2");
  Client stranger(front_side(world), Protocol::Udp);
  Client front(front_side(world), Protocol::Udp, {.source = at("127.0.0.2")});
  stranger.send(proxy_header(kClient) + query(1));
  front.send(proxy_header(kClient) + query(2));
  CHECK(id_of(front.receive_datagram()) == 2);
  CHECK(stranger.is_silent());
  CHECK(world.total().udp_proxy_sources == 1);
}

TEST_CASE("a connection may be cut anywhere in its PROXY header", "[serve][proxy]") {
  World world = behind_front();
  const Bytes bytes = proxy_header(kOther) + framed(query(1)) + framed(query(2));
  for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
    INFO("cut after byte " << cut);
    Client client(front_side(world), Protocol::Tcp);
    const auto middle = bytes.begin() + static_cast<std::ptrdiff_t>(cut);
    client.send(Bytes(bytes.begin(), middle));
    client.send(Bytes(middle, bytes.end()));
    REQUIRE(id_of(client.receive_message()) == 1);
    REQUIRE(id_of(client.receive_message()) == 2);
  }
}

TEST_CASE("a connection without a PROXY header is closed and counted", "[serve][proxy]") {
  World world = behind_front();
  Client client(front_side(world), Protocol::Tcp);
  client.send(framed(query(1)));
  CHECK(client.is_closed());
  CHECK(closed(world, TcpEnd::ProxyHeader) == 1);
}

TEST_CASE("a connection from where no front is is closed and counted", "[serve][proxy]") {
  World world = behind_front({}, "127.0.0.2");
  Client client(front_side(world), Protocol::Tcp);
  client.send(proxy_header(kClient) + framed(query(1)));
  CHECK(client.is_closed());
  CHECK(closed(world, TcpEnd::ProxySource) == 1);
  CHECK(world.total().tcp_accepted == 1);
  CHECK(world.total().tcp_open == 0);
}

TEST_CASE("a connection whose PROXY header is not completed in time is closed", "[serve][proxy]") {
  World world = behind_front({.io = std::chrono::milliseconds(1)});
  Client client(front_side(world), Protocol::Tcp);
  client.send({0x0d, 0x0a});
  CHECK(client.is_closed());
  CHECK(closed(world, TcpEnd::Stalled) == 1);
}

TEST_CASE("limits are for the client that a PROXY header names", "[serve][proxy]") {
  World world = behind_front({.per_client = 1});
  const auto connect = [&](const base::Address& client, std::uint16_t id) {
    auto connection = std::make_unique<Client>(front_side(world), Protocol::Tcp);
    connection->send(proxy_header(client) + framed(query(id)));
    CHECK(id_of(connection->receive_message()) == id);
    return connection;
  };
  const auto first = connect(kClient, 1);
  const auto other = connect(kOther, 2);
  const auto second = connect(kClient, 3);
  CHECK(first->is_closed());
  other->send(framed(query(4)));
  CHECK(id_of(other->receive_message()) == 4);
  CHECK(closed(world, TcpEnd::ClientLimit) == 1);
}
