#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include "context.hpp"
#include "socket.hpp"
#include "tcp_connections.hpp"

namespace loadstar::serve {

/// Accepts the connections of one socket: TCP, TLS or those of a front.
class TcpListener {
 public:
  TcpListener(Context context, Protocol protocol, Socket socket, TcpConnections& connections);

  void start() { wait(); }

 private:
  /// Then timers and other sockets get their turn.
  static constexpr int kAcceptsPerWake = 64;
  /// How long nothing is accepted when the system is out of descriptors or memory and there is no
  /// connection to close for it.
  static constexpr auto kPause = std::chrono::milliseconds(100);

  enum class Accepted : std::uint8_t { One, None, Exhausted };

  void wait();
  void pause();
  void on_acceptable();
  [[nodiscard]] Accepted accept_one();
  [[nodiscard]] bool has_pending();
  void hand_over(Fd fd, const base::Address& client);
  void connect(Fd fd, const base::Address& client);
  [[nodiscard]] std::unique_ptr<Stream> stream_over(int fd) const;

  Context context_;
  Protocol protocol_;
  boost::asio::ip::tcp family_;
  boost::asio::ip::tcp::acceptor acceptor_;
  boost::asio::steady_timer pause_;
  TcpConnections& connections_;
};

}  // namespace loadstar::serve
