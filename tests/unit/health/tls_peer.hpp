#pragma once
// A server over TLS for one test.

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <memory>
#include <string>

#include "loadstar/base/address.hpp"

#include "certificate.hpp"

namespace loadstar::health {

using test::Certificate;
using test::must;

/// Answers every request alike, and notes which name it was asked for.
class TlsPeer {
 public:
  using tcp = boost::asio::ip::tcp;

  TlsPeer(boost::asio::io_context& io, const Certificate& certificate, std::string answer = "")
      : acceptor_(io, tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0)),
        context_(boost::asio::ssl::context::tls_server),
        answer_(std::move(answer)) {
    must(::SSL_CTX_use_certificate(context_.native_handle(), certificate.get()) == 1);
    must(::SSL_CTX_use_PrivateKey(context_.native_handle(), certificate.key()) == 1);
    accept();
  }

  [[nodiscard]] base::Endpoint address() const {
    return {*base::Address::parse("127.0.0.1"), acceptor_.local_endpoint().port()};
  }
  [[nodiscard]] const std::string& request() const { return *request_; }
  /// As SNI; "" = none.
  [[nodiscard]] const std::string& asked_for() const { return *asked_for_; }

 private:
  struct Connection {
    Connection(tcp::socket socket, boost::asio::ssl::context& context)
        : stream(std::move(socket), context) {}
    boost::asio::ssl::stream<tcp::socket> stream;
    std::string request;
  };

  void accept() {
    acceptor_.async_accept([this](const boost::system::error_code& error, tcp::socket socket) {
      if (error) return;
      serve(std::make_shared<Connection>(std::move(socket), context_));
      accept();
    });
  }

  void serve(const std::shared_ptr<Connection>& connection) {
    connection->stream.async_handshake(
        boost::asio::ssl::stream_base::server, [this, connection](const auto& error) {
          if (error) return;
          const char* const name =
              ::SSL_get_servername(connection->stream.native_handle(), TLSEXT_NAMETYPE_host_name);
          *asked_for_ = name == nullptr ? "" : name;
          answer(connection);
        });
  }

  void answer(const std::shared_ptr<Connection>& connection) {
    async_read_until(connection->stream, boost::asio::dynamic_buffer(connection->request),
                     "\r\n\r\n", [this, connection](const auto& error, std::size_t) {
                       if (error) return;
                       *request_ = connection->request;
                       async_write(connection->stream, boost::asio::buffer(answer_),
                                   [connection](const auto&, std::size_t) {});
                     });
  }

  tcp::acceptor acceptor_;
  boost::asio::ssl::context context_;
  std::string answer_;
  std::shared_ptr<std::string> request_ = std::make_shared<std::string>();
  std::shared_ptr<std::string> asked_for_ = std::make_shared<std::string>();
};

}  // namespace loadstar::health
