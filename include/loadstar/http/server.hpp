#pragma once
// A small HTTP/1.1 server for this process's own interfaces (control, cluster), with or without
// TLS. It decides nothing and knows nothing: a handler answers.

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "loadstar/base/address.hpp"
#include "loadstar/base/duration.hpp"
#include "loadstar/http/message.hpp"
#include "loadstar/http/tls.hpp"

namespace boost::asio {
class io_context;
}

namespace loadstar::http {

/// What a client may cost.
struct Limits {
  std::size_t header_bytes = 8192;
  std::size_t body_bytes = 8192;
  std::size_t connections = 32;
  base::Duration timeout =
      std::chrono::seconds(10);  ///< to send a request; to take an answer; idle
};

/// Answers a request by calling the function once, at once or later. On the thread that runs `io`.
using Handler = std::function<void(const Request&, std::function<void(Response)>)>;

/// Whether a request is read on after its header; it has no body yet.
using Admit = std::function<bool(const Request& head)>;

/// Hears of a request that was answered with an error before it came to the handler.
using OnRefused = std::function<void(int status)>;

struct ServerOptions {
  base::Endpoint listen;
  std::string_view what;  ///< for the mistake that nobody can listen there: "control"; a literal
  Limits limits{};
  Admit admit{};  ///< who is not admitted gets 401; default: everybody is
  OnRefused on_refused{};
  /// Speaks TLS 1.2 or 1.3. With roots, a client may show a certificate, which must be vouched for
  /// by them.
  std::optional<TlsFiles> tls{};
};

/// Serves on one address. All of it happens on the thread that runs `io`.
class Server {
 public:
  /// Binds and accepts. Throws base::ConfigError when it cannot, or cannot use the files. `io` and
  /// what `handler` refers to must outlive the server, and `io` must not run any more when it ends.
  Server(boost::asio::io_context& io, ServerOptions options, Handler handler);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// The port filled in.
  [[nodiscard]] const base::Endpoint& endpoint() const noexcept;

  /// Reads certificate, key and roots again, for connections from now on. Throws base::ConfigError
  /// and keeps what there is when they cannot be used.
  void reload_certificate();

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace loadstar::http
