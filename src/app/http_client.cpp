#include "http_client.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "loadstar/base/diagnostic.hpp"

namespace loadstar::app {
namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

namespace {

constexpr auto kTimeout = std::chrono::seconds(5);
constexpr std::string_view kScheme = "http://";

struct Server {
  std::string host;
  std::string port = "80";
};

Server parse(std::string_view url) {
  if (!url.starts_with(kScheme)) {
    throw base::ConfigError(fmt::format("\"{}\" is not a URL such as http://127.0.0.1:8053", url));
  }
  std::string_view rest = url.substr(kScheme.size());
  while (rest.ends_with('/')) rest.remove_suffix(1);
  const std::size_t colon = rest.rfind(':');
  const bool has_port = colon != std::string_view::npos && colon + 1 > rest.rfind(']') + 1;
  Server server{.host = std::string(rest.substr(0, has_port ? colon : rest.size()))};
  if (has_port) server.port = rest.substr(colon + 1);
  if (server.host.starts_with('[')) server.host = server.host.substr(1, server.host.size() - 2);
  return server;
}

/// One request, step by step, until an error or the answer.
class Exchange {
 public:
  Exchange(const Server& server, http::verb verb, std::string_view target)
      : request_(verb, {target.data(), target.size()}, 11),
        stream_(io_),
        addresses_(asio::ip::tcp::resolver(io_).resolve(server.host, server.port, error_)) {
    request_.set(http::field::host, server.host);
    request_.keep_alive(false);
    request_.prepare_payload();
  }

  boost::system::error_code run() {
    if (error_) return error_;
    stream_.expires_after(kTimeout);
    stream_.async_connect(addresses_, [this](boost::system::error_code error, const auto&) {
      if (!(error_ = error)) write();
    });
    io_.run();
    return error_;
  }
  [[nodiscard]] const http::response<http::string_body>& response() const { return response_; }

 private:
  void write() {
    http::async_write(stream_, request_, [this](boost::system::error_code error, std::size_t) {
      if (!(error_ = error)) read();
    });
  }
  void read() {
    http::async_read(stream_, buffer_, response_,
                     [this](boost::system::error_code error, std::size_t) { error_ = error; });
  }

  asio::io_context io_;
  boost::system::error_code error_;
  http::request<http::empty_body> request_;
  http::response<http::string_body> response_;
  beast::flat_buffer buffer_;
  beast::tcp_stream stream_;
  asio::ip::tcp::resolver::results_type addresses_;
};

/// What the API says is wrong.
std::string refusal(const http::response<http::string_body>& response) {
  const auto document = nlohmann::json::parse(response.body(), nullptr, false);
  if (document.is_object() && document.contains("error") && document["error"].is_string()) {
    return document["error"].get<std::string>();
  }
  return fmt::format("the server answers with status {}", response.result_int());
}

bool is_unreserved(unsigned char c) {
  return std::isalnum(c) != 0 || c == '-' || c == '.' || c == '_' || c == '~';
}

std::string ask(http::verb verb, std::string_view url, std::string_view target) {
  Exchange exchange(parse(url), verb, target);
  if (const auto error = exchange.run()) {
    throw base::ConfigError(fmt::format("cannot ask {}: {}", url, error.message()));
  }
  if (exchange.response().result() != http::status::ok) {
    throw base::ConfigError(refusal(exchange.response()));
  }
  return exchange.response().body();
}

}  // namespace

std::string http_get(std::string_view url, std::string_view target) {
  return ask(http::verb::get, url, target);
}

std::string http_post(std::string_view url, std::string_view target) {
  return ask(http::verb::post, url, target);
}

std::string http_delete(std::string_view url, std::string_view target) {
  return ask(http::verb::delete_, url, target);
}

void ask_each(const std::vector<std::string>& servers,
              const std::function<void(const std::string&)>& ask) {
  std::vector<base::Diagnostic> failures;
  for (const std::string& server : servers) {
    try {
      ask(server);
    } catch (const base::ConfigError& error) {
      for (base::Diagnostic one : error.diagnostics()) {
        one.message = fmt::format("{}: {}", server, one.message);
        failures.push_back(std::move(one));
      }
    }
  }
  if (!failures.empty()) throw base::ConfigError(std::move(failures));
}

std::string percent_encoded(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (is_unreserved(byte)) {
      encoded += c;
    } else {
      encoded += fmt::format("%{:02X}", byte);
    }
  }
  return encoded;
}

}  // namespace loadstar::app
