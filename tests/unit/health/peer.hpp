#pragma once
// A server for one test: listens on a free loopback port and treats every connection alike.

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <memory>
#include <string>

#include "loadstar/base/address.hpp"

namespace loadstar::health {

/// What a peer does with a connection.
struct Manners {
  std::string answer{};   ///< sent when the request's header has come; "" = nothing
  std::string endless{};  ///< sent over and over after the answer
  enum class Then { Close, StayOpen, CloseUnread } then = Then::Close;
};

class Peer {
 public:
  using tcp = boost::asio::ip::tcp;

  /// Throws boost::system::system_error where the machine lacks the family. Port 0: any free one.
  Peer(boost::asio::io_context& io, Manners manners, const char* address = "127.0.0.1",
       std::uint16_t port = 0)
      : acceptor_(io, {boost::asio::ip::make_address(address), port}),
        manners_(std::move(manners)) {
    accept();
  }

  [[nodiscard]] base::Endpoint address() const {
    const auto local = acceptor_.local_endpoint();
    return {*base::Address::parse(local.address().to_string()), local.port()};
  }
  /// The latest request's header; "" before the first.
  [[nodiscard]] const std::string& request() const { return *request_; }

 private:
  struct Connection {
    explicit Connection(tcp::socket accepted) : socket(std::move(accepted)) {}
    tcp::socket socket;
    std::string request;
  };
  using Share = std::shared_ptr<Connection>;

  void accept() {
    acceptor_.async_accept([this](const boost::system::error_code& error, tcp::socket socket) {
      if (error) return;
      serve(std::make_shared<Connection>(std::move(socket)));
      accept();
    });
  }

  void serve(const Share& connection) {
    if (manners_.then == Manners::Then::CloseUnread) return;
    async_read_until(connection->socket, boost::asio::dynamic_buffer(connection->request),
                     "\r\n\r\n", [this, connection](const auto& error, std::size_t) {
                       if (error) return;
                       *request_ = connection->request;
                       send(connection, manners_.answer);
                     });
  }

  void send(const Share& connection, const std::string& text) {
    async_write(connection->socket, boost::asio::buffer(text),
                [this, connection](const auto& error, std::size_t) {
                  if (error) return;
                  if (!manners_.endless.empty()) return send(connection, manners_.endless);
                  if (manners_.then == Manners::Then::StayOpen) wait_for_close(connection);
                });
  }

  void wait_for_close(const Share& connection) {
    connection->socket.async_wait(tcp::socket::wait_read, [connection](const auto&) {});
  }

  tcp::acceptor acceptor_;
  Manners manners_;
  std::shared_ptr<std::string> request_ = std::make_shared<std::string>();
};

}  // namespace loadstar::health
