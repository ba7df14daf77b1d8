#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <functional>
#include <memory>
#include <optional>

#include "loadstar/control/http_server.hpp"

#include "routes.hpp"

namespace loadstar::control {

/// One connection: requests one after another until the client leaves, is too slow, or breaks the
/// protocol. Keeps itself alive.
class HttpSession : public std::enable_shared_from_this<HttpSession> {
 public:
  /// `on_end` is called when the session is gone.
  HttpSession(boost::asio::ip::tcp::socket socket, Backend& backend, const HttpLimits& limits,
              std::function<void()> on_end);
  ~HttpSession();
  HttpSession(const HttpSession&) = delete;
  HttpSession& operator=(const HttpSession&) = delete;

  void start() { read(); }

 private:
  using Body = boost::beast::http::string_body;

  void read();
  void on_read(boost::system::error_code error);
  void respond(Response response, bool keep_alive);
  void on_written(boost::system::error_code error);

  boost::beast::tcp_stream stream_;
  Backend& backend_;
  HttpLimits limits_;
  std::function<void()> on_end_;
  boost::beast::flat_buffer buffer_;
  std::optional<boost::beast::http::request_parser<Body>> parser_;
  boost::beast::http::response<Body> response_;
};

}  // namespace loadstar::control
