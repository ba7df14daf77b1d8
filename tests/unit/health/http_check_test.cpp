#include "loadstar/health/http_check.hpp"

#include "catch.hpp"

namespace loadstar::health {
namespace {

enum class Then { Closes, StaysOpen };

struct Row {
  const char* what;
  std::string answer;
  Then then;
  std::optional<Outcome> outcome;  ///< nothing: not decided yet
  const char* text;
};

std::optional<Result> check(const model::HttpRequest& request, const Row& row, std::size_t piece) {
  HttpCheck check(request);
  for (std::size_t at = 0; at < row.answer.size(); at += piece) {
    if (auto result = check.take(std::string_view(row.answer).substr(at, piece))) return result;
  }
  if (row.then == Then::StaysOpen) return std::nullopt;
  return check.end();
}

void check_rows(const model::HttpRequest& request, const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, row.answer.size() + 1}) {
      INFO(row.what << ", in pieces of " << piece);
      const auto result = check(request, row, piece);
      CHECK(result.has_value() == row.outcome.has_value());
      if (!result || !row.outcome) continue;
      CHECK(result->outcome == *row.outcome);
      CHECK(result->text == row.text);
    }
  }
}

TEST_CASE("the status decides when no body is asked for", "[health][rfc9110]") {
  model::HttpRequest request;
  request.expect.status = {{200, 299}, {401, 401}};
  using enum Then;
  check_rows(
      request,
      {{"ok", "HTTP/1.1 200 OK\r\n\r\n", StaysOpen, Outcome::Success, "status 200"},
       {"body is not waited for", "HTTP/1.1 204 No Content\r\nContent-Length: 99\r\n\r\n",
        StaysOpen, Outcome::Success, "status 204"},
       {"old version", "HTTP/1.0 200 OK\r\n\r\n", StaysOpen, Outcome::Success, "status 200"},
       {"empty reason", "HTTP/1.1 200 \r\n\r\n", StaysOpen, Outcome::Success, "status 200"},
       {"single status", "HTTP/1.1 401 No\r\n\r\n", StaysOpen, Outcome::Success, "status 401"},
       {"wrong", "HTTP/1.1 503 Busy\r\n\r\n", StaysOpen, Outcome::WrongStatus,
        "status 503, wanted 200-299, 401"},
       {"redirect is not followed", "HTTP/1.1 301 Moved\r\nLocation: /\r\n\r\n", StaysOpen,
        Outcome::WrongStatus, "status 301, wanted 200-299, 401"},
       {"interim answers are passed over",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
        "HTTP/1.1 200 OK\r\n\r\n",
        StaysOpen, Outcome::Success, "status 200"},
       {"half a header", "HTTP/1.1 200 OK\r\nServer: x\r\n", StaysOpen, std::nullopt, ""}});
}

TEST_CASE("the body must hold the wanted text", "[health][rfc9112]") {
  model::HttpRequest request;
  request.expect.body = "ready";
  using enum Then;
  const std::string large(model::kMaxProbeBody - 3, 'x');
  check_rows(
      request,
      {{"by length", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nis ready!", StaysOpen,
        Outcome::Success, "status 200, body has \"ready\""},
       {"found before the end", "HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\nready", StaysOpen,
        Outcome::Success, "status 200, body has \"ready\""},
       {"up to the close", "HTTP/1.0 200 OK\r\n\r\nready", Closes, Outcome::Success,
        "status 200, body has \"ready\""},
       {"chunked, across chunks",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nxre\r\n2\r\nad\r\n1\r\ny\r\n"
        "0\r\n\r\n",
        StaysOpen, Outcome::Success, "status 200, body has \"ready\""},
       {"chunked, missing",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nxre\r\n0\r\n\r\n", StaysOpen,
        Outcome::WrongBody, "no \"ready\" in the first 3 bytes of the body"},
       {"chunked, empty", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        StaysOpen, Outcome::WrongBody, "no \"ready\" in the first 0 bytes of the body"},
       {"chunked, with the text at hand and no end in sight",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nready", StaysOpen,
        Outcome::Success, "status 200, body has \"ready\""},
       {"missing by length", "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nread", StaysOpen,
        Outcome::WrongBody, "no \"ready\" in the first 4 bytes of the body"},
       {"missing at the close", "HTTP/1.0 200 OK\r\n\r\nread", Closes, Outcome::WrongBody,
        "no \"ready\" in the first 4 bytes of the body"},
       {"no body at all", "HTTP/1.1 204 No Content\r\n\r\n", StaysOpen, Outcome::WrongBody,
        "no \"ready\" in the first 0 bytes of the body"},
       {"not there yet", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nis rea", StaysOpen,
        std::nullopt, ""},
       {"only behind what is read", "HTTP/1.1 200 OK\r\n\r\n" + large + "ready", StaysOpen,
        Outcome::WrongBody, "no \"ready\" in the first 65536 bytes of the body"},
       {"huge announced length", "HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551615\r\n\r\nx",
        StaysOpen, std::nullopt, ""},
       {"status first", "HTTP/1.1 500 Broken\r\nContent-Length: 5\r\n\r\nready", StaysOpen,
        Outcome::WrongStatus, "status 500, wanted 200-299"}});
}

TEST_CASE("an answer that breaks off is told from one that is wrong", "[health]") {
  model::HttpRequest request;
  request.expect.body = "ready";
  using enum Then;
  check_rows(request,
             {{"nothing", "", Closes, Outcome::Closed, "closed without an answer"},
              {"in the status line", "HTTP/1.", Closes, Outcome::Closed,
               "closed before the answer was complete"},
              {"in the header", "HTTP/1.1 200 OK\r\nServer: x\r\n", Closes, Outcome::Closed,
               "closed before the answer was complete"},
              {"in the body", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nrea", Closes,
               Outcome::Closed, "closed before the answer was complete"},
              {"in a chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nrea",
               Closes, Outcome::Closed, "closed before the answer was complete"},
              {"after an interim answer", "HTTP/1.1 100 Continue\r\n\r\n", Closes, Outcome::Closed,
               "closed without an answer"}});
}

TEST_CASE("what is not HTTP or has no end is malformed", "[health]") {
  model::HttpRequest request;
  request.expect.body = "ready";
  const std::string interim = "HTTP/1.1 100 Continue\r\n\r\n";
  std::string interims;
  for (int i = 0; i <= kMaxInterimAnswers; ++i) interims += interim;
  const std::vector<std::pair<const char*, std::string>> rows{
      {"another protocol", "SSH-2.0-OpenSSH_9.2\r\n"},
      {"noise", std::string("\x16\x03\x01\x00\xff\x00\x00", 7) + std::string(64, '\0')},
      {"a status that is no number", "HTTP/1.1 2x0 OK\r\n\r\n"},
      {"no space behind the status, which RFC 9112 4 asks for", "HTTP/1.1 200\r\n\r\n"},
      {"a later version", "HTTP/2.0 200 OK\r\n\r\n"},
      {"two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"},
      {"a bad chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nxx"},
      {"endless status line", "HTTP/1.1 200 " + std::string(2 * kMaxProbeHeader, 'x')},
      {"endless header", "HTTP/1.1 200 OK\r\nX: " + std::string(2 * kMaxProbeHeader, 'x')},
      {"endless chunk header", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;" +
                                   std::string(2 * kMaxProbeHeader, 'x')},
      {"endless interim answers", interims},
  };
  for (const auto& [what, answer] : rows) {
    for (const std::size_t piece : {std::size_t{1}, std::size_t{1000}, answer.size()}) {
      INFO(what << ", in pieces of " << piece);
      const Row row{what, answer, Then::StaysOpen, {}, ""};
      const auto result = check(request, row, piece);
      REQUIRE(result.has_value());
      CHECK(result->outcome == Outcome::Malformed);
      CHECK(result->text.starts_with("not a valid HTTP answer: "));
    }
  }
}

TEST_CASE("many small headers are bounded like one large header", "[health]") {
  const std::vector<std::pair<const char*, const char*>> rows{
      {"pieces end with a header", "X: y\r\n"},
      {"pieces end in the next header's name", ": y\r\nX"}};
  const model::HttpRequest request;
  for (const auto& [what, piece] : rows) {
    INFO(what);
    HttpCheck check(request);
    REQUIRE_FALSE(check.take("HTTP/1.1 200 OK\r\nX").has_value());
    std::size_t sent = 0;
    while (sent < 2 * kMaxProbeHeader && !check.take(piece)) sent += 6;
    CHECK(sent <= kMaxProbeHeader);
  }
}

TEST_CASE("the answer to HEAD has no body whatever length it tells", "[health][rfc9110]") {
  model::HttpRequest request;
  request.method = "HEAD";
  check_rows(request, {{"head", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", Then::Closes,
                        Outcome::Success, "status 200"}});
}

TEST_CASE("a request names the host, and hangs up after the answer", "[health][rfc9112]") {
  using enum model::MonitorType;
  struct Case {
    const char* address;
    const char* host;
    const char* expected;
    model::MonitorType type = Http;
    const char* server_name = "";
  };
  const std::vector<Case> cases{
      {"192.0.2.1:80", "", "192.0.2.1"},
      {"192.0.2.1:8080", "", "192.0.2.1:8080"},
      {"[2001:db8::1]:80", "", "[2001:db8::1]"},
      {"[2001:db8::1]:81", "", "[2001:db8::1]:81"},
      {"192.0.2.1:8080", "www.example.com", "www.example.com"},
      {"192.0.2.1:443", "", "192.0.2.1", Https},
      {"192.0.2.1:80", "", "192.0.2.1:80", Https},
      {"192.0.2.1:443", "", "tls.example.com", Https, "tls.example.com"},
      {"192.0.2.1:8443", "", "tls.example.com:8443", Https, "tls.example.com"},
      {"192.0.2.1:443", "www.example.com", "www.example.com", Https, "tls.example.com"},
      {"192.0.2.1:8443", "", "192.0.2.1:8443", Https, "192.0.2.9"},
  };
  for (const Case& row : cases) {
    model::Monitor monitor;
    monitor.type = row.type;
    monitor.http.path = "/healthz?full=1";
    monitor.http.host = row.host;
    monitor.tls.server_name = row.server_name;
    CHECK(render_request(monitor, *base::Endpoint::parse(row.address, 0)) ==
          "GET /healthz?full=1 HTTP/1.1\r\nHost: " + std::string(row.expected) +
              "\r\nUser-Agent: loadstar\r\nAccept: */*\r\nConnection: close\r\n\r\n");
  }
}

TEST_CASE("headers of the monitor replace our own of the same name", "[health]") {
  model::Monitor monitor;
  monitor.type = model::MonitorType::Http;
  monitor.http.method = "OPTIONS";
  monitor.http.headers = {{"user-agent", "mine"}, {"X-Probe", "1"}};
  CHECK(render_request(monitor, *base::Endpoint::parse("192.0.2.1:80", 0)) ==
        "OPTIONS / HTTP/1.1\r\nHost: 192.0.2.1\r\nAccept: */*\r\nConnection: close\r\n"
        "user-agent: mine\r\nX-Probe: 1\r\n\r\n");
}

TEST_CASE("an expression is matched against the whole body", "[health][http]") {
  model::HttpRequest request;
  request.expect.body_regex = "^ready (yes|[0-9]+)$";
  using enum Then;
  const std::string ok = "HTTP/1.1 200 OK\r\n";
  const std::string good = "status 200, body matches \"^ready (yes|[0-9]+)$\"";
  const std::string start = "nothing like \"^ready (yes|[0-9]+)$\" in the first ";
  check_rows(request,
             {{"matches", ok + "Content-Length: 8\r\n\r\nready 42", StaysOpen, Outcome::Success,
               good.c_str()},
              {"till the end", ok + "\r\nready yes", Closes, Outcome::Success, good.c_str()},
              {"not yet", ok + "\r\nready yes", StaysOpen, std::nullopt, ""},
              {"more behind it", ok + "\r\nready 42 not", Closes, Outcome::WrongBody,
               (start + "12 bytes of the body").c_str()},
              {"bytes that are no text", ok + "\r\n\xff\nready 42", Closes, Outcome::WrongBody,
               (start + "10 bytes of the body").c_str()}});
}

TEST_CASE("an expression that other engines choke on is linear here", "[health][http]") {
  model::HttpRequest request;
  request.expect.body_regex = "(a+)+$";
  HttpCheck check(request);
  const std::string header = "HTTP/1.1 200 OK\r\n\r\n";
  const auto result = check.take(header + std::string(model::kMaxProbeBody, 'a') + "b");
  REQUIRE(result);
  CHECK(result->outcome == Outcome::Success);  // the first 64 KiB end in a
  HttpCheck other(request);
  CHECK(other.take(header + std::string(model::kMaxProbeBody - 1, 'a') + "b")->outcome ==
        Outcome::WrongBody);
}

TEST_CASE("a body can be a weight", "[health][http]") {
  model::HttpRequest request;
  request.weight_from = model::WeightFrom::Body;
  struct Case {
    const char* body;
    std::optional<std::uint32_t> weight;
  };
  for (const auto& [body, weight] : std::vector<Case>{{"30", 30},
                                                      {" 0\r\n", 0},
                                                      {"\t65535 \n", 65'535},
                                                      {"65536", {}},
                                                      {"-1", {}},
                                                      {"+1", {}},
                                                      {"1.5", {}},
                                                      {"1 2", {}},
                                                      {"99999999999999999999", {}},
                                                      {"", {}},
                                                      {"x", {}}}) {
    INFO(body);
    HttpCheck check(request);
    CHECK_FALSE(check.take(std::string("HTTP/1.1 200 OK\r\n\r\n") + body));
    const Result result = check.end();
    if (weight) {
      CHECK(result.outcome == Outcome::Success);
      CHECK(result.weight == model::ReportedWeight{model::ReportedWeight::Unit::Whole, *weight});
      CHECK(result.text == "status 200, weight " + std::to_string(*weight));
    } else {
      CHECK(result.outcome == Outcome::WrongBody);
      CHECK(result.text == "the body is not a weight: a whole number from 0 to 65535");
      CHECK_FALSE(result.weight);
    }
  }
}

TEST_CASE("all that is asked of a body must hold", "[health][http]") {
  model::HttpRequest request;
  request.expect.body = "7";
  request.expect.body_regex = "^[0-9 ]+$";
  request.weight_from = model::WeightFrom::Body;
  using enum Then;
  const std::string ok = "HTTP/1.1 200 OK\r\n\r\n";
  check_rows(request, {{"all", ok + "17 ", Closes, Outcome::Success,
                        "status 200, body has \"7\", body matches \"^[0-9 ]+$\", weight 17"},
                       {"no text", ok + "18", Closes, Outcome::WrongBody,
                        "no \"7\" in the first 2 bytes of the body"},
                       {"no match", ok + "7x", Closes, Outcome::WrongBody,
                        "nothing like \"^[0-9 ]+$\" in the first 2 bytes of the body"}});
}

TEST_CASE("a redirect says where to", "[health][http][rfc9110]") {
  const model::HttpRequest request;
  for (const char* const status : {"301", "302", "303", "307", "308"}) {
    HttpCheck check(request);
    const auto result =
        check.take(std::string("HTTP/1.1 ") + status + " Moved\r\nLocation: /next?x=1\r\n\r\n");
    REQUIRE(result);
    CHECK(result->outcome == Outcome::WrongStatus);
    CHECK(check.location() == "/next?x=1");
  }
  HttpCheck other(request);
  CHECK(other.take("HTTP/1.1 404 No\r\nLocation: /next\r\n\r\n"));
  CHECK(other.location().empty());
}

TEST_CASE("a redirect is followed to the same scheme, host and port only",
          "[health][http][rfc9110]") {
  model::Monitor monitor;
  monitor.type = model::MonitorType::Http;
  monitor.http.host = "www.example.com";
  const auto address = *base::Endpoint::parse("192.0.2.1:80", 80);
  struct Case {
    const char* location;
    std::optional<std::string> path;
  };
  const std::vector<Case> cases{{"/next", "/next"},
                                {"/next?a=b#part", "/next?a=b"},
                                {"http://www.example.com/x", "/x"},
                                {"HTTP://WWW.example.COM:80", "/"},
                                {"http://www.example.com?q", "/?q"},
                                {"//www.example.com/x", "/x"},
                                {"https://www.example.com/x", {}},
                                {"http://www.example.com:8080/x", {}},
                                {"http://example.com/x", {}},
                                {"http://www.example.com@evil.example/", {}},
                                {"//evil.example/", {}},
                                {"ftp://www.example.com/", {}},
                                {"next", {}},
                                {"", {}},
                                {"/a b", {}},
                                {"/a\r\nHost: evil.example", {}},
                                {"/\xc3\xa9", {}}};
  for (const auto& [location, path] : cases) {
    INFO(location);
    CHECK(path_of_redirect(monitor, address, location) == path);
  }
  CHECK_FALSE(path_of_redirect(monitor, address, '/' + std::string(5000, 'x')));
  monitor.type = model::MonitorType::Https;
  CHECK(path_of_redirect(monitor, address, "https://www.example.com:443/x") == "/x");
  CHECK_FALSE(path_of_redirect(monitor, address, "http://www.example.com/x"));
}

}  // namespace
}  // namespace loadstar::health
