#pragma once

#include <cstddef>
#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "loadstar/base/duration.hpp"
#include "loadstar/http/message.hpp"
#include "loadstar/http/tls.hpp"
#include "loadstar/http/url.hpp"

namespace boost::asio {
class io_context;
}

namespace loadstar::http {

struct ClientOptions {
  Url url;
  TlsFiles tls{};                                    ///< for https
  std::string token{};                               ///< sent as "Authorization: Bearer"; "" = none
  base::Duration timeout = std::chrono::seconds(5);  ///< of one request, with connecting
  std::size_t answer_bytes = std::size_t{64} << 20;  ///< of a body, at most
};

/// What is asked of a server.
struct Question {
  std::string method = "GET";
  std::string target = "/";  ///< path and query, encoded
  std::string body{};
};

/// Asks one server, one question after another over one connection, which it opens when it is
/// needed. A question whose connection turns out to have been closed meanwhile is asked once more.
/// All of it happens on the thread that runs `io`.
class Client {
 public:
  /// Any status is an answer; the error says why there is none: "connection refused".
  using Done = std::function<void(std::expected<Response, std::string>)>;

  /// Throws base::ConfigError when the files cannot be used. `io` must outlive the client.
  Client(boost::asio::io_context& io, ClientOptions options);
  /// Questions under way end without a word.
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// `done` is called once, later and from the event loop.
  void ask(Question question, Done done);

  /// Questions that have no answer yet.
  [[nodiscard]] std::size_t pending() const noexcept;

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

/// Asks and waits for the answer's body. `url` as Url::parse takes it. Throws base::ConfigError
/// when the server cannot be reached within a few seconds, or says that it cannot answer.
[[nodiscard]] std::string ask(std::string_view url, const Question& question);

}  // namespace loadstar::http
