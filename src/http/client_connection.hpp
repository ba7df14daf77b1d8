#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <functional>
#include <memory>

#include "loadstar/http/client.hpp"

#include "tls_context.hpp"

namespace loadstar::http {

/// One connection of a client.
class ClientConnection {
 public:
  using Request = boost::beast::http::request<boost::beast::http::string_body>;
  using Response = boost::beast::http::response<boost::beast::http::string_body>;
  using Done = std::function<void(boost::system::error_code, Response)>;

  virtual ~ClientConnection() = default;

  /// Connects first if need be. One request at a time.
  virtual void exchange(Request request, Done done) = 0;
  /// What is under way ends with an error.
  virtual void close() = 0;
  [[nodiscard]] virtual bool is_open() const = 0;
};

[[nodiscard]] std::shared_ptr<ClientConnection> make_connection(boost::asio::io_context& io,
                                                                const ClientOptions& options,
                                                                TlsContext tls);

}  // namespace loadstar::http
