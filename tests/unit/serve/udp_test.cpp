#include <set>
#include <thread>

#include "catch.hpp"
#include "client.hpp"

using namespace loadstar;
using namespace loadstar::serve;
using namespace loadstar::serve::test;

namespace {

Bytes ask(const base::Endpoint& server, std::uint16_t id) {
  Client client(server, Protocol::Udp);
  client.send(query(id));
  return client.receive_datagram();
}

}  // namespace

TEST_CASE("a query over UDP is answered", "[serve][udp]") {
  World world;
  const Bytes answer = ask(world.endpoint(), 0x1234);
  REQUIRE(answer.size() > query(0).size());
  CHECK(id_of(answer) == 0x1234);
  CHECK(is_response(answer));
  CHECK(world.total().udp_received == 1);
}

TEST_CASE("each datagram of a burst is answered once", "[serve][udp]") {
  constexpr std::uint16_t kBurst = 200;  // more than a batch
  World world;
  Client client(world.endpoint(), Protocol::Udp);
  for (std::uint16_t id = 0; id < kBurst; ++id) client.send(query(id));
  std::set<std::uint16_t> ids;
  for (int i = 0; i < kBurst; ++i) ids.insert(id_of(client.receive_datagram()));
  CHECK(ids.size() == kBurst);
  CHECK(client.is_silent());
}

TEST_CASE("a datagram that deserves no answer gets none, and its neighbours do", "[serve][udp]") {
  World world;
  Client client(world.endpoint(), Protocol::Udp);
  Bytes response = query(1);
  response[2] = 0x80;
  client.send(query(0));
  client.send(response);
  client.send({1, 2, 3});
  client.send(query(2));
  CHECK(id_of(client.receive_datagram()) == 0);
  CHECK(id_of(client.receive_datagram()) == 2);
  CHECK(client.is_silent());
}

TEST_CASE("a datagram larger than the buffer does no harm", "[serve][udp]") {
  World world;
  Client client(world.endpoint(), Protocol::Udp);
  Bytes large = query(1);
  large.resize(60'000, 0xff);
  client.send(large);
  client.send(query(2));
  Bytes answer = client.receive_datagram();
  if (id_of(answer) == 1) answer = client.receive_datagram();  // a FORMERR is fine
  CHECK(id_of(answer) == 2);
}

TEST_CASE("the reply leaves from the address that was asked", "[serve][udp][rfc2181]") {
  SECTION("IPv4") {
    World world({.listen = {at("0.0.0.0")}, .responder = {}, .tcp = {}});
    for (const char* address : {"127.0.0.1", "127.0.0.2", "127.9.9.9"}) {
      INFO(address);
      // The client's socket is connected, so that it sees replies from that address only.
      CHECK(is_response(ask(at(address, world.endpoint().port), 7)));
    }
  }
  SECTION("IPv6") {
    if (!has_ipv6()) return;
    World world({.listen = {at("::")}, .responder = {}, .tcp = {}});
    CHECK(is_response(ask(at("::1", world.endpoint().port), 7)));
  }
}

TEST_CASE("wildcards of both families share a port", "[serve][udp]") {
  if (!has_ipv6()) return;
  World four({.listen = {at("0.0.0.0")}, .responder = {}, .tcp = {}});
  World six({.listen = {at("::", four.endpoint().port)}, .responder = {}, .tcp = {}});
  ask(at("127.0.0.1", four.endpoint().port), 1);
  ask(at("::1", four.endpoint().port), 1);
  CHECK(four.total().udp_received == 1);
  CHECK(six.total().udp_received == 1);
}

TEST_CASE("every address of the list is answered on", "[serve][udp]") {
  std::vector<base::Endpoint> listen{at("127.0.0.1"), at("127.0.0.1"), at("127.0.0.3")};
  if (has_ipv6()) listen.push_back(at("::1"));
  World world({.listen = listen, .responder = {}, .tcp = {}});
  REQUIRE(world.server.listening().size() == 2 * listen.size());
  for (std::size_t i = 0; i < listen.size(); ++i) {
    CHECK(is_response(ask(world.endpoint(i), 9)));
  }
}

TEST_CASE("workers share an address and lose nothing between them", "[serve][udp]") {
  constexpr int kClients = 100;
  World world({.listen = {at("127.0.0.1")}, .workers = 3, .responder = {}, .tcp = {}});
  for (std::uint16_t id = 0; id < kClients; ++id) {
    CHECK(id_of(ask(world.endpoint(), id)) == id);
  }
  CHECK(world.total().udp_received == kClients);
  const auto counts = world.server.counts();
  REQUIRE(counts.size() == 3);
  // The kernel spreads by source port: that all 100 fall to one of three has a chance below 1e-45.
  CHECK(std::ranges::none_of(counts, [](const auto& one) { return one.udp_received == kClients; }));
}

TEST_CASE("a worker takes up a new state, idle or not", "[serve]") {
  World world;
  const auto old_state = world.board.load();
  world.board.publish(make_state());
  ask(world.endpoint(), 1);
  // `old_state`, perhaps the thread for connections, which was not asked, and nobody else.
  CHECK(old_state.use_count() <= 2);

  std::weak_ptr<const answer::State> idle = world.board.load();
  world.board.publish(make_state());
  const auto give_up = base::Clock::now() + std::chrono::seconds(10);
  while (!idle.expired() && base::Clock::now() < give_up) std::this_thread::yield();
  CHECK(idle.expired());
}

TEST_CASE("what has arrived is answered before the server stops", "[serve][udp]") {
  World world;
  Client client(world.endpoint(), Protocol::Udp);
  for (std::uint16_t id = 0; id < 20; ++id) client.send(query(id));
  world.server.stop();
  for (std::uint16_t id = 0; id < 20; ++id) CHECK(id_of(client.receive_datagram()) == id);
}
