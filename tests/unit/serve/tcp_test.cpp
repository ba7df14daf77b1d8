#include <memory>
#include <numeric>
#include <sys/resource.h>
#include <thread>

#include "catch.hpp"
#include "client.hpp"

using namespace loadstar;
using namespace loadstar::serve;
using namespace loadstar::serve::test;

namespace {

World limited(TcpLimits limits) {
  return World({.listen = {at("127.0.0.1")}, .responder = {}, .tcp = limits});
}

template <class Condition>
bool eventually(Condition condition) {
  const auto give_up = base::Clock::now() + std::chrono::seconds(10);
  while (!condition() && base::Clock::now() < give_up) std::this_thread::yield();
  return condition();
}

/// Asks and expects an answer.
bool is_served(Client& client, std::uint16_t id = 77) {
  client.send(framed(query(id)));
  const Bytes answer = client.receive_message();
  return !answer.empty() && id_of(answer) == id && is_response(answer);
}

Bytes pipeline(int count, std::string_view label) {
  Bytes bytes;
  for (int id = 0; id < count; ++id) {
    bytes = std::move(bytes) + framed(query(static_cast<std::uint16_t>(id), label));
  }
  return bytes;
}

/// Lowers the limit of open files, so that the next descriptor cannot be had.
class NoMoreDescriptors {
 public:
  NoMoreDescriptors() {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const int next = ::dup(0);
    ::close(next);
    rlimit lower = before_;
    lower.rlim_cur = static_cast<rlim_t>(next);
    ::setrlimit(RLIMIT_NOFILE, &lower);
  }
  ~NoMoreDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }
  NoMoreDescriptors(const NoMoreDescriptors&) = delete;
  NoMoreDescriptors& operator=(const NoMoreDescriptors&) = delete;

 private:
  rlimit before_{};
};

}  // namespace

TEST_CASE("a query over TCP is answered, and the next on the same connection",
          "[serve][tcp][rfc7766]") {
  World world;
  Client client(world.endpoint(), Protocol::Tcp);
  CHECK(is_served(client, 1));
  CHECK(is_served(client, 2));
  CHECK(world.total().tcp_messages == 2);
  CHECK(world.total().tcp_open == 1);
}

TEST_CASE("a query over TCP over IPv6 is answered", "[serve][tcp]") {
  if (!has_ipv6()) return;
  World world({.listen = {at("::1")}, .responder = {}, .tcp = {}});
  Client client(world.endpoint(), Protocol::Tcp);
  CHECK(is_served(client));
}

TEST_CASE("a message may be cut anywhere", "[serve][tcp][rfc7766]") {
  World world;
  const Bytes two = framed(query(1)) + framed(query(2));
  for (std::size_t cut = 1; cut < two.size(); ++cut) {
    INFO("cut after byte " << cut);
    Client client(world.endpoint(), Protocol::Tcp);
    const auto middle = two.begin() + static_cast<std::ptrdiff_t>(cut);
    client.send(Bytes(two.begin(), middle));
    client.send(Bytes(middle, two.end()));
    CHECK(id_of(client.receive_message()) == 1);
    CHECK(id_of(client.receive_message()) == 2);
  }
}

TEST_CASE("a message may come byte by byte", "[serve][tcp][rfc7766]") {
  World world;
  Client client(world.endpoint(), Protocol::Tcp);
  for (const std::uint8_t byte : framed(query(5))) client.send({byte});
  CHECK(id_of(client.receive_message()) == 5);
}

TEST_CASE("the largest message is read", "[serve][tcp]") {
  World world;
  Client client(world.endpoint(), Protocol::Tcp);
  Bytes large = query(1);
  large.resize(65'535, 0);  // trailing bytes: FORMERR
  client.send(framed(large) + framed(query(2)));
  CHECK(id_of(client.receive_message()) == 1);
  CHECK(id_of(client.receive_message()) == 2);
}

TEST_CASE("queries sent at once are all answered, in order", "[serve][tcp][rfc7766]") {
  constexpr int kCount = 1000;
  World world;
  Client client(world.endpoint(), Protocol::Tcp);
  client.send(pipeline(kCount, "small"));
  for (int id = 0; id < kCount; ++id) REQUIRE(id_of(client.receive_message()) == id);
  CHECK(world.total().tcp_messages == kCount);
}

TEST_CASE("large answers come whole", "[serve][tcp]") {
  World world;
  Client client(world.endpoint(), Protocol::Tcp);
  client.send(pipeline(20, "big"));
  for (int id = 0; id < 20; ++id) {
    const Bytes answer = client.receive_message();
    REQUIRE(answer.size() > 50'000);
    REQUIRE(id_of(answer) == id);
  }
}

TEST_CASE("a message without an answer is passed over", "[serve][tcp]") {
  World world;
  Client client(world.endpoint(), Protocol::Tcp);
  Bytes response = query(1);
  response[2] = 0x80;
  client.send(framed(response) + framed(query(2)));
  CHECK(id_of(client.receive_message()) == 2);
}

TEST_CASE("a length that no message has ends the connection after what came before",
          "[serve][tcp]") {
  World world;
  const Bytes length = GENERATE(Bytes{0, 0}, Bytes{0, 11});
  Client client(world.endpoint(), Protocol::Tcp);
  client.send(framed(query(1)) + length);
  CHECK(id_of(client.receive_message()) == 1);
  CHECK(client.is_closed());
}

TEST_CASE("what is not DNS is survived", "[serve][tcp]") {
  World world;
  const std::string text = "GET / HTTP/1.1\r\nHost: example.com\r\n\r\n";
  Client http(world.endpoint(), Protocol::Tcp);
  http.send(Bytes(text.begin(), text.end()));
  Client client(world.endpoint(), Protocol::Tcp);
  CHECK(is_served(client));
}

TEST_CASE("a client that has ended its side gets its answers", "[serve][tcp][rfc7766]") {
  World world;
  Client client(world.endpoint(), Protocol::Tcp);
  client.send(framed(query(1)) + framed(query(2)));
  client.end_sending();
  CHECK(id_of(client.receive_message()) == 1);
  CHECK(id_of(client.receive_message()) == 2);
  CHECK(client.is_closed());
}

TEST_CASE("a client that has ended its side gets large answers as well", "[serve][tcp][rfc7766]") {
  World world;
  Client client(world.endpoint(), Protocol::Tcp, {.receive_buffer = 4096});
  client.send(pipeline(100, "big"));
  client.end_sending();
  for (int id = 0; id < 100; ++id) REQUIRE(id_of(client.receive_message()) == id);
  CHECK(client.is_closed());
}

TEST_CASE("an idle connection is closed", "[serve][tcp][rfc7766]") {
  World world = limited({.idle = std::chrono::milliseconds(1)});
  Client client(world.endpoint(), Protocol::Tcp);
  CHECK(is_served(client));
  CHECK(client.is_closed());
  CHECK(closed(world, TcpEnd::Idle) == 1);
  CHECK(world.total().tcp_open == 0);
}

TEST_CASE("a message that is not completed in time closes the connection", "[serve][tcp]") {
  World world = limited({.io = std::chrono::milliseconds(1)});
  Client client(world.endpoint(), Protocol::Tcp);
  client.send({0, 40, 1, 2, 3});
  CHECK(client.is_closed());
  CHECK(closed(world, TcpEnd::Stalled) == 1);
}

TEST_CASE("a message that goes on byte by byte has no more time for it", "[serve][tcp]") {
  World world = limited({.io = std::chrono::milliseconds(1)});
  Client client(world.endpoint(), Protocol::Tcp);
  const Bytes slow = framed(Bytes(65'535));
  std::size_t sent = 0;
  while (sent < slow.size() && client.is_silent(1) &&
         client.send_until_blocked({slow[sent]}) == 1) {
    ++sent;
  }
  CHECK(sent < slow.size());
  CHECK(closed(world, TcpEnd::Stalled) == 1);
}

TEST_CASE("one connection too many closes the one that was idle longest", "[serve][tcp]") {
  World world = limited({.connections = 2});
  Client first(world.endpoint(), Protocol::Tcp);
  Client second(world.endpoint(), Protocol::Tcp);
  CHECK(is_served(first));
  CHECK(is_served(second));
  CHECK(is_served(first));  // now `second` is the one
  Client third(world.endpoint(), Protocol::Tcp);
  CHECK(is_served(third));
  CHECK(second.is_closed());
  CHECK(is_served(first));
  CHECK(is_served(third));
  CHECK(closed(world, TcpEnd::Evicted) == 1);
  CHECK(world.total().tcp_open == 2);
}

TEST_CASE("one connection too many of a client closes its own, idle or not", "[serve][tcp]") {
  World world = limited({.per_client = 2});
  Client other(world.endpoint(), Protocol::Tcp, {.source = at("127.0.0.2")});
  CHECK(is_served(other));
  Client first(world.endpoint(), Protocol::Tcp);
  Client second(world.endpoint(), Protocol::Tcp);
  CHECK(is_served(first));
  CHECK(is_served(second));
  Client third(world.endpoint(), Protocol::Tcp);
  CHECK(is_served(third));
  CHECK(first.is_closed());
  CHECK(is_served(second));
  CHECK(is_served(other));
  CHECK(closed(world, TcpEnd::ClientLimit) == 1);
}

TEST_CASE("what is held for clients stays within its limit", "[serve][tcp]") {
  World world = limited({.memory = 100'000});
  const Bytes message = framed(Bytes(65'000));
  const Bytes most(message.begin(), message.end() - 1);
  Client first(world.endpoint(), Protocol::Tcp);
  Client second(world.endpoint(), Protocol::Tcp);
  first.send(most);
  second.send(most);
  CHECK(eventually([&] { return closed(world, TcpEnd::Memory) == 1; }));
  CHECK(first.is_closed());
  second.send({0});
  CHECK(!second.receive_message().empty());
}

TEST_CASE("every connection is open, or closed for one reason", "[serve][tcp]") {
  World world = limited({.connections = 3});
  {
    std::vector<std::unique_ptr<Client>> clients;
    for (int i = 0; i < 20; ++i) {
      clients.push_back(std::make_unique<Client>(world.endpoint(), Protocol::Tcp));
      CHECK(is_served(*clients.back()));
    }
    clients.back()->send({0, 0});
    CHECK(clients.back()->is_closed());
  }
  CHECK(eventually([&] { return world.total().tcp_open == 0; }));
  const WorkerCounts total = world.total();
  CHECK(total.tcp_accepted == 20);
  CHECK(std::reduce(total.tcp_closed.begin(), total.tcp_closed.end()) == 20);
  CHECK(closed(world, TcpEnd::Evicted) == 17);
  CHECK(closed(world, TcpEnd::BadLength) == 1);
  CHECK(closed(world, TcpEnd::Ended) == 2);
}

TEST_CASE("a client that does not read holds up nobody and loses nothing", "[serve][tcp]") {
  constexpr int kCount = 300;
  World world;
  Client stuck(world.endpoint(), Protocol::Tcp, {.receive_buffer = 4096});
  stuck.send(pipeline(kCount, "big"));  // 18 MB of answers
  Client other(world.endpoint(), Protocol::Tcp);
  CHECK(is_served(other));
  CHECK(world.total().tcp_messages < kCount);
  for (int id = 0; id < kCount; ++id) REQUIRE(id_of(stuck.receive_message()) == id);
}

TEST_CASE("nothing more is read from a client that does not read", "[serve][tcp]") {
  World world;
  Client stuck(world.endpoint(), Protocol::Tcp, {.receive_buffer = 4096});
  const Bytes much = pipeline(20'000, "big");
  std::size_t rounds = 0;
  while (rounds < 100 && stuck.send_until_blocked(much) == much.size()) ++rounds;
  CHECK(rounds < 100);
  CHECK(world.total().tcp_messages < 1000);
}

TEST_CASE("a client that never reads is closed", "[serve][tcp]") {
  World world = limited({.io = std::chrono::milliseconds(1)});
  Client stuck(world.endpoint(), Protocol::Tcp, {.receive_buffer = 4096});
  stuck.send_until_blocked(pipeline(300, "big"));
  CHECK(eventually([&] { return closed(world, TcpEnd::Stalled) == 1; }));
}

TEST_CASE("without descriptors the oldest connection makes room", "[serve][tcp]") {
  World world;
  Client first(world.endpoint(), Protocol::Tcp);
  CHECK(is_served(first));
  auto second = [&] {
    auto client = std::make_unique<Client>(world.endpoint(), Protocol::Tcp);
    const NoMoreDescriptors limit;
    CHECK(is_served(*client));  // its first bytes are what has it accepted
    return client;
  }();
  CHECK(first.is_closed());
  CHECK(is_served(*second));
  CHECK(world.total().tcp_accept_failures > 0);
}

TEST_CASE("a connection that the client resets is forgotten", "[serve][tcp]") {
  World world;
  {
    Client client(world.endpoint(), Protocol::Tcp);
    client.send(pipeline(50, "big"));
    CHECK(!client.receive_message().empty());
  }  // closed with unread answers: RST
  CHECK(eventually([&] { return world.total().tcp_open == 0; }));
  CHECK(closed(world, TcpEnd::Broken) == 1);
}

TEST_CASE("stopping closes all connections", "[serve][tcp]") {
  World world;
  Client client(world.endpoint(), Protocol::Tcp);
  CHECK(is_served(client));
  world.server.stop();
  CHECK(client.is_closed());
}
