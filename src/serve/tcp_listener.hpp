#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include "context.hpp"
#include "socket.hpp"
#include "tcp_connections.hpp"

namespace loadstar::serve {

/// Accepts the connections of one TCP socket.
class TcpListener {
 public:
  TcpListener(Context context, Socket socket, TcpConnections& connections);

  void start() { wait(); }

 private:
  /// Then timers and other sockets get their turn.
  static constexpr int kAcceptsPerWake = 64;
  /// How long nothing is accepted after the system ran out of descriptors or memory.
  static constexpr auto kPause = std::chrono::milliseconds(100);

  enum class Accepted : std::uint8_t { One, None, Exhausted };

  void wait();
  void pause();
  void on_acceptable();
  [[nodiscard]] Accepted accept_one();
  [[nodiscard]] bool has_pending();
  void hand_over(Fd fd, const base::Address& client);

  Context context_;
  boost::asio::ip::tcp protocol_;
  boost::asio::ip::tcp::acceptor acceptor_;
  boost::asio::steady_timer pause_;
  TcpConnections& connections_;
};

}  // namespace loadstar::serve
