#include "loadstar/http/client.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <fstream>
#include <optional>

#include "loadstar/base/diagnostic.hpp"
#include "loadstar/http/server.hpp"

#include "catch.hpp"
#include "certificate.hpp"
#include "temporary_folder.hpp"

using namespace loadstar;
using namespace loadstar::http;
using loadstar::test::Certificate;
namespace asio = boost::asio;

namespace {

const base::Endpoint kAnyPort{*base::Address::parse("127.0.0.1"), 0};

void echo(const Request& request, const std::function<void(Response)>& respond) {
  respond({.status = request.target.path == "/no" ? 404 : 200,
           .body = request.method + " " + request.target.value("q") + " " + request.body + " " +
                   request.token + " " + request.peer,
           .type = "text/plain"});
}

Url url_of(const Server& server, Scheme scheme = Scheme::Http, std::string host = "127.0.0.1") {
  return {scheme, std::move(host), std::to_string(server.endpoint().port)};
}

using Answer = std::expected<Response, std::string>;

Answer ask(asio::io_context& io, Client& client, Question question) {
  std::optional<Answer> answer;
  client.ask(std::move(question), [&](Answer got) {
    answer = std::move(got);
    io.stop();
  });
  io.restart();
  io.run();
  return *answer;
}

/// Two sides that know each other by an authority.
class Pki {
 public:
  explicit Pki(const std::string& server_names = "IP:127.0.0.1") {
    const Certificate authority("DNS:authority", 10, nullptr);
    write("ca.pem", authority.pem());
    const Certificate server(server_names, 10, &authority);
    write("server.pem", server.pem());
    write("server.key", server.key_pem());
    const Certificate client("DNS:probe-1", 10, &authority);
    write("client.pem", client.pem());
    write("client.key", client.key_pem());
    const Certificate stranger("DNS:probe-1", 10, nullptr);
    write("stranger.pem", stranger.pem());
    write("stranger.key", stranger.key_pem());
  }
  [[nodiscard]] TlsFiles server() const {
    return {.certificate = file("server.pem"), .key = file("server.key"), .roots = file("ca.pem")};
  }
  [[nodiscard]] TlsFiles anybody() const { return {.roots = file("ca.pem")}; }
  [[nodiscard]] TlsFiles client() const {
    return {.certificate = file("client.pem"), .key = file("client.key"), .roots = file("ca.pem")};
  }
  [[nodiscard]] TlsFiles stranger() const {
    return {
        .certificate = file("stranger.pem"), .key = file("stranger.key"), .roots = file("ca.pem")};
  }
  [[nodiscard]] std::filesystem::path file(const std::string& name) const {
    return folder_.path() / name;
  }

 private:
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(file(name)) << text;
  }
  test::TemporaryFolder folder_;
};

}  // namespace

TEST_CASE("a client asks one question after another", "[http]") {
  asio::io_context io;
  const Server server(io, {.listen = kAnyPort, .what = "test"}, echo);
  Client client(io, {.url = url_of(server), .token = "secret"});
  for (int i = 0; i < 3; ++i) {
    const Answer answer = ask(io, client, {"POST", "/x?q=a%20b", "body"});
    REQUIRE(answer);
    CHECK(answer->status == 200);
    CHECK(answer->type == "text/plain");
    CHECK(answer->body == "POST a b body secret ");
  }
  CHECK(ask(io, client, {.target = "/no"})->status == 404);
  CHECK(client.pending() == 0);
}

TEST_CASE("questions that are asked at once are answered in their order", "[http]") {
  asio::io_context io;
  const Server server(io, {.listen = kAnyPort, .what = "test"}, echo);
  Client client(io, {.url = url_of(server)});
  std::string order;
  for (const char* name : {"1", "2", "3"}) {
    client.ask({.target = std::string("/?q=") + name}, [&](const Answer& answer) {
      order += answer->body.substr(4, 1);
      if (order.size() == 3) io.stop();
    });
  }
  CHECK(client.pending() == 3);
  io.run();
  CHECK(order == "123");
}

TEST_CASE("a connection that the server closed meanwhile is opened again", "[http]") {
  asio::io_context io;
  const Server server(
      io,
      {.listen = kAnyPort, .what = "test", .limits = {.timeout = std::chrono::milliseconds(20)}},
      echo);
  Client client(io, {.url = url_of(server)});
  REQUIRE(ask(io, client, {}));
  asio::steady_timer wait(io, std::chrono::milliseconds(100));
  wait.async_wait([&](auto) { io.stop(); });
  io.restart();
  io.run();
  CHECK(ask(io, client, {}));
}

TEST_CASE("why there is no answer", "[http]") {
  asio::io_context io;
  asio::ip::tcp::acceptor silent(io, {asio::ip::make_address("127.0.0.1"), 0});
  const std::string port = std::to_string(silent.local_endpoint().port());
  SECTION("nobody listens") {
    silent.close();
    Client client(io, {.url = {Scheme::Http, "127.0.0.1", port}});
    CHECK(ask(io, client, {}).error() == "connection refused");
  }
  SECTION("nobody speaks") {
    Client client(
        io, {.url = {Scheme::Http, "127.0.0.1", port}, .timeout = std::chrono::milliseconds(20)});
    CHECK(ask(io, client, {}).error() == "timeout");
  }
  SECTION("too much is said") {
    const Server server(
        io, {.listen = kAnyPort, .what = "test"},
        [](const Request&, const auto& respond) { respond({.body = std::string(1000, 'x')}); });
    Client client(io, {.url = url_of(server), .answer_bytes = 999});
    CHECK(ask(io, client, {}).error() == "body limit exceeded");
  }
}

TEST_CASE("over TLS both sides know each other", "[http][tls]") {
  asio::io_context io;
  const Pki pki;
  const Server server(io, {.listen = kAnyPort, .what = "test", .tls = pki.server()}, echo);
  SECTION("by a certificate") {
    Client client(io, {.url = url_of(server, Scheme::Https), .tls = pki.client()});
    const Answer answer = ask(io, client, {});
    REQUIRE(answer);
    CHECK(answer->body == "GET    DNS:probe-1");
  }
  SECTION("by a token") {
    Client client(io, {.url = url_of(server, Scheme::Https), .tls = pki.anybody(), .token = "t"});
    CHECK(ask(io, client, {})->body == "GET   t ");
  }
  SECTION("or not at all") {
    Client client(io, {.url = url_of(server, Scheme::Https), .tls = pki.stranger()});
    CHECK_FALSE(ask(io, client, {}));
  }
}

TEST_CASE("a server that is not who it should be is not asked", "[http][tls]") {
  asio::io_context io;
  const Pki pki("IP:127.0.0.2");
  const Server server(io, {.listen = kAnyPort, .what = "test", .tls = pki.server()}, echo);
  Client client(io, {.url = url_of(server, Scheme::Https), .tls = pki.anybody()});
  const Answer answer = ask(io, client, {});
  REQUIRE_FALSE(answer);
  CHECK(answer.error().find("certificate verify failed") != std::string::npos);
}

TEST_CASE("files that cannot be used are named", "[http][tls]") {
  asio::io_context io;
  const Pki pki;
  const TlsFiles wrong{.certificate = pki.file("none.pem"), .key = pki.file("server.key")};
  CHECK_THROWS_AS(Server(io, {.listen = kAnyPort, .what = "test", .tls = wrong}, echo),
                  base::ConfigError);
  CHECK_THROWS_AS(Client(io, {.url = {Scheme::Https, "localhost", "1"}, .tls = wrong}),
                  base::ConfigError);
}

TEST_CASE("URLs say where a server is", "[http]") {
  const auto [text, wanted] = GENERATE(table<std::string, std::string>(
      {{"http://127.0.0.1:8053", "http://127.0.0.1:8053"},
       {"https://node-1.example.com/", "https://node-1.example.com:443"},
       {"http://[2001:db8::1]", "http://[2001:db8::1]:80"},
       {"https://[2001:db8::1]:8054", "https://[2001:db8::1]:8054"}}));
  const auto url = Url::parse(text);
  REQUIRE(url);
  CHECK(url->to_string() == wanted);
}

TEST_CASE("what is no URL says so", "[http]") {
  const std::string text = GENERATE("", "127.0.0.1:8053", "ftp://x", "http://", "http://x:0",
                                    "http://x:65536", "http://x/path", "http://a b", "http://u@x");
  CHECK(Url::parse(text).error() == "\"" + text + "\" is not a URL such as http://127.0.0.1:8053");
}
