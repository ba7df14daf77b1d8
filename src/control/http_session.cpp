#include "http_session.hpp"

#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>

namespace loadstar::control {
namespace asio = boost::asio;
namespace http = boost::beast::http;

namespace {

/// What to say of a request that cannot be read; nothing when there is nobody to say it to.
std::optional<http::status> status_of(boost::system::error_code error) {
  if (error == http::error::header_limit) return http::status::request_header_fields_too_large;
  if (error == http::error::body_limit) return http::status::payload_too_large;
  if (error == http::error::end_of_stream || error == http::error::partial_message) {
    return std::nullopt;
  }
  if (error.category() == http::make_error_code(http::error::bad_method).category()) {
    return http::status::bad_request;
  }
  return std::nullopt;  // the network, or the time is up
}

}  // namespace

HttpSession::HttpSession(asio::ip::tcp::socket socket, Backend& backend, const HttpLimits& limits,
                         std::function<void()> on_end)
    : stream_(std::move(socket)),
      backend_(backend),
      limits_(limits),
      on_end_(std::move(on_end)),
      buffer_(limits.header_bytes + limits.body_bytes) {}

HttpSession::~HttpSession() { on_end_(); }

void HttpSession::read() {
  parser_.emplace();
  parser_->header_limit(static_cast<std::uint32_t>(limits_.header_bytes));
  parser_->body_limit(limits_.body_bytes);
  stream_.expires_after(limits_.timeout);
  http::async_read(stream_, buffer_, *parser_,
                   [self = shared_from_this()](boost::system::error_code error, std::size_t) {
                     self->on_read(error);
                   });
}

void HttpSession::on_read(boost::system::error_code error) {
  if (error) {
    const auto status = status_of(error);
    if (status) respond(error_response(*status, "the request cannot be read"), false);
    return;
  }
  const auto& request = parser_->get();
  // A reload takes as long as it takes.
  stream_.expires_never();
  route(backend_, request.method(), {request.target().data(), request.target().size()},
        [self = shared_from_this(), keep_alive = request.keep_alive()](Response response) {
          self->respond(std::move(response), keep_alive);
        });
}

void HttpSession::respond(Response response, bool keep_alive) {
  response_ = http::response<Body>(response.status, 11, std::move(response.body));
  response_.set(http::field::content_type, response.type);
  response_.set(http::field::cache_control, "no-store");
  if (!response.allow.empty()) response_.set(http::field::allow, response.allow);
  response_.keep_alive(keep_alive);
  response_.prepare_payload();
  stream_.expires_after(limits_.timeout);
  http::async_write(stream_, response_,
                    [self = shared_from_this()](boost::system::error_code error, std::size_t) {
                      self->on_written(error);
                    });
}

void HttpSession::on_written(boost::system::error_code error) {
  if (error) return;
  if (response_.keep_alive()) return read();
  boost::system::error_code ignored;
  stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
}

}  // namespace loadstar::control
