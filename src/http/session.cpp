#include "session.hpp"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <openssl/x509.h>
#include <optional>

namespace loadstar::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace bhttp = boost::beast::http;
using boost::system::error_code;

using TlsStream = beast::ssl_stream<beast::tcp_stream>;

constexpr int kBadRequest = 400;
constexpr int kUnauthorized = 401;

/// What to say of a request that cannot be read; nothing when there is nobody to say it to.
std::optional<bhttp::status> status_of(const error_code& error) {
  if (error == bhttp::error::header_limit) return bhttp::status::request_header_fields_too_large;
  if (error == bhttp::error::body_limit) return bhttp::status::payload_too_large;
  if (error == bhttp::error::end_of_stream || error == bhttp::error::partial_message)
    return std::nullopt;
  if (error.category() == bhttp::make_error_code(bhttp::error::bad_method).category())
    return bhttp::status::bad_request;
  return std::nullopt;  // the network, or the time is up
}

std::string text_of(beast::string_view text) { return {text.data(), text.size()}; }

/// Of "Authorization: Bearer TOKEN"; the scheme's case does not count (RFC 9110 11.1).
std::string bearer_token(beast::string_view authorization) {
  constexpr beast::string_view kScheme = "bearer ";
  if (!beast::iequals(authorization.substr(0, kScheme.size()), kScheme)) return "";
  return text_of(authorization.substr(kScheme.size()));
}

/// The common name of a certificate that was verified.
std::string verified_name(const SSL* connection) {
  const X509* const certificate = ::SSL_get0_peer_certificate(connection);
  if (certificate == nullptr || ::SSL_get_verify_result(connection) != X509_V_OK) return "";
  std::array<char, 256> name{};
  const int size = ::X509_NAME_get_text_by_NID(::X509_get_subject_name(certificate), NID_commonName,
                                               name.data(), static_cast<int>(name.size()));
  return size <= 0 ? "" : std::string(name.data(), static_cast<std::size_t>(size));
}

template <class Stream>
class Session : public std::enable_shared_from_this<Session<Stream>> {
 public:
  Session(asio::ip::tcp::socket socket, std::shared_ptr<const Service> service, TlsContext tls,
          std::function<void()> on_end)
      : tls_(std::move(tls)),
        stream_(make_stream(std::move(socket))),
        service_(std::move(service)),
        on_end_(std::move(on_end)),
        buffer_(service_->limits.header_bytes + service_->limits.body_bytes) {}
  ~Session() { on_end_(); }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  void start() {
    if constexpr (kIsTls) {
      lowest().expires_after(service_->limits.timeout);
      stream_.async_handshake(asio::ssl::stream_base::server,
                              [self = this->shared_from_this()](const error_code& error) {
                                if (!error) self->read();
                              });
    } else {
      read();
    }
  }

 private:
  static constexpr bool kIsTls = std::is_same_v<Stream, TlsStream>;

  Stream make_stream(asio::ip::tcp::socket socket) {
    if constexpr (kIsTls)
      return Stream(std::move(socket), *tls_);
    else
      return Stream(std::move(socket));
  }
  beast::tcp_stream& lowest() { return beast::get_lowest_layer(stream_); }

  void read() {
    parser_.emplace();
    parser_->header_limit(static_cast<std::uint32_t>(service_->limits.header_bytes));
    parser_->body_limit(service_->limits.body_bytes);
    lowest().expires_after(service_->limits.timeout);
    bhttp::async_read_header(
        stream_, buffer_, *parser_,
        [self = this->shared_from_this()](const error_code& error, std::size_t) {
          if (error) return self->refuse(error);
          self->on_header();
        });
  }

  void on_header() {
    auto head = head_of(parser_->get());
    if (!head) return refuse(kBadRequest, "the request target is malformed");
    request_ = *std::move(head);
    if (service_->admit && !service_->admit(request_))
      return refuse(kUnauthorized, "neither a token nor a certificate that is known here");
    bhttp::async_read(stream_, buffer_, *parser_,
                      [self = this->shared_from_this()](const error_code& error, std::size_t) {
                        if (error) return self->refuse(error);
                        self->on_request();
                      });
  }

  void on_request() {
    lowest().expires_never();  // an answer takes as long as it takes
    request_.body = std::move(parser_->get().body());
    service_->handler(request_,
                      [self = this->shared_from_this(), keep_alive = parser_->get().keep_alive()](
                          Response response) { self->respond(std::move(response), keep_alive); });
  }

  void refuse(const error_code& error) {
    if (const auto status = status_of(error))
      refuse(static_cast<int>(*status), "the request cannot be read");
  }
  void refuse(int status, std::string_view why) {
    if (service_->on_refused) service_->on_refused(status);
    respond(error_response(status, why), false);
  }

  template <class Message>
  std::optional<Request> head_of(const Message& message) {
    auto target = parse_target({message.target().data(), message.target().size()});
    if (!target) return std::nullopt;
    Request request{.method = text_of(message.method_string()),
                    .target = *std::move(target),
                    .body = {},
                    .token = bearer_token(message[bhttp::field::authorization]),
                    .peer = {}};
    if constexpr (kIsTls) request.peer = verified_name(stream_.native_handle());
    return request;
  }

  void respond(Response response, bool keep_alive) {
    response_ = bhttp::response<bhttp::string_body>(static_cast<bhttp::status>(response.status), 11,
                                                    std::move(response.body));
    response_.set(bhttp::field::content_type, response.type);
    response_.set(bhttp::field::cache_control, "no-store");
    if (!response.allow.empty()) response_.set(bhttp::field::allow, response.allow);
    response_.keep_alive(keep_alive);
    response_.prepare_payload();
    lowest().expires_after(service_->limits.timeout);
    bhttp::async_write(stream_, response_,
                       [self = this->shared_from_this()](const error_code& error, std::size_t) {
                         self->on_written(error);
                       });
  }

  void on_written(const error_code& error) {
    if (error) return;
    if (response_.keep_alive()) return read();
    if constexpr (kIsTls) {
      stream_.async_shutdown([self = this->shared_from_this()](const error_code&) {});
    } else {
      error_code ignored;
      stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
    }
  }

  TlsContext tls_;
  Stream stream_;
  std::shared_ptr<const Service> service_;
  std::function<void()> on_end_;
  beast::flat_buffer buffer_;
  std::optional<bhttp::request_parser<bhttp::string_body>> parser_;
  Request request_;
  bhttp::response<bhttp::string_body> response_;
};

}  // namespace

void serve_connection(asio::ip::tcp::socket socket, std::shared_ptr<const Service> service,
                      TlsContext tls, std::function<void()> on_end) {
  if (tls == nullptr) {
    std::make_shared<Session<beast::tcp_stream>>(std::move(socket), std::move(service), nullptr,
                                                 std::move(on_end))
        ->start();
    return;
  }
  std::make_shared<Session<TlsStream>>(std::move(socket), std::move(service), std::move(tls),
                                       std::move(on_end))
      ->start();
}

}  // namespace loadstar::http
