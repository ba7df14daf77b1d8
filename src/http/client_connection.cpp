#include "client_connection.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <openssl/x509v3.h>
#include <optional>
#include <type_traits>
#include <utility>

#include "loadstar/base/address.hpp"

namespace loadstar::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;
using boost::system::error_code;

using TlsStream = beast::ssl_stream<beast::tcp_stream>;

/// Tells the server whom we mean, and OpenSSL whom the certificate must be for.
bool name_server(SSL* connection, const std::string& host) {
  X509_VERIFY_PARAM* const wanted = ::SSL_get0_param(connection);
  ::X509_VERIFY_PARAM_set_hostflags(wanted, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  if (base::Address::parse(host)) return ::X509_VERIFY_PARAM_set1_ip_asc(wanted, host.c_str()) == 1;
  return ::SSL_ctrl(connection, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                    const_cast<char*>(host.c_str())) == 1 &&
         ::X509_VERIFY_PARAM_set1_host(wanted, host.c_str(), 0) == 1;
}

template <class Stream>
class Connection final : public ClientConnection,
                         public std::enable_shared_from_this<Connection<Stream>> {
 public:
  Connection(asio::io_context& io, const ClientOptions& options, TlsContext tls)
      : options_(options), tls_(std::move(tls)), resolver_(io), stream_(make_stream(io)) {}

  void exchange(Request request, Done done) override {
    request_ = std::move(request);
    done_ = std::move(done);
    lowest().expires_after(options_.timeout);
    if (is_open_) return write();
    resolver_.async_resolve(options_.url.host, options_.url.port,
                            [self = this->shared_from_this()](
                                const error_code& error, const tcp::resolver::results_type& to) {
                              if (error) return self->finish(error);
                              self->connect(to);
                            });
  }

  void close() override {
    is_open_ = false;
    resolver_.cancel();
    lowest().close();
  }
  [[nodiscard]] bool is_open() const override { return is_open_; }

 private:
  static constexpr bool kIsTls = std::is_same_v<Stream, TlsStream>;

  Stream make_stream(asio::io_context& io) {
    if constexpr (kIsTls)
      return Stream(io, *tls_);
    else
      return Stream(io);
  }
  beast::tcp_stream& lowest() { return beast::get_lowest_layer(stream_); }

  void connect(const tcp::resolver::results_type& addresses) {
    lowest().async_connect(addresses, [self = this->shared_from_this()](const error_code& error,
                                                                        const tcp::endpoint&) {
      if (error) return self->finish(error);
      self->negotiate();
    });
  }

  void negotiate() {
    if constexpr (kIsTls) {
      if (!name_server(stream_.native_handle(), options_.url.host))
        return finish(error_code(ENOMEM, boost::system::system_category()));
      stream_.async_handshake(asio::ssl::stream_base::client,
                              [self = this->shared_from_this()](const error_code& error) {
                                if (error) return self->finish(error);
                                self->write();
                              });
    } else {
      write();
    }
  }

  void write() {
    is_open_ = true;
    beast::http::async_write(
        stream_, request_, [self = this->shared_from_this()](const error_code& error, std::size_t) {
          if (error) return self->finish(error);
          self->read();
        });
  }

  void read() {
    parser_.emplace();
    parser_->body_limit(options_.answer_bytes);
    beast::http::async_read(stream_, buffer_, *parser_,
                            [self = this->shared_from_this()](
                                const error_code& error, std::size_t) { self->finish(error); });
  }

  void finish(const error_code& error) {
    Response response;
    if (!error) response = parser_->release();
    is_open_ = !error && response.keep_alive();
    if (is_open_)
      lowest().expires_never();
    else
      lowest().close();
    std::exchange(done_, nullptr)(error, std::move(response));
  }

  ClientOptions options_;
  TlsContext tls_;
  tcp::resolver resolver_;
  Stream stream_;
  bool is_open_ = false;
  Request request_;
  Done done_;
  beast::flat_buffer buffer_;
  std::optional<beast::http::response_parser<beast::http::string_body>> parser_;
};

}  // namespace

std::shared_ptr<ClientConnection> make_connection(asio::io_context& io,
                                                  const ClientOptions& options, TlsContext tls) {
  if (tls == nullptr) return std::make_shared<Connection<beast::tcp_stream>>(io, options, nullptr);
  return std::make_shared<Connection<TlsStream>>(io, options, std::move(tls));
}

}  // namespace loadstar::http
