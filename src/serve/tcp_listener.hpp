#pragma once

#include "context.hpp"
#include "poller.hpp"
#include "socket.hpp"
#include "tcp_connections.hpp"

namespace loadstar::serve {

/// Accepts the connections of one socket: TCP, TLS or those of a front.
class TcpListener final : public Waiter {
 public:
  TcpListener(Context context, Protocol protocol, Fd socket, TcpConnections& connections);

  /// Accepts from now on, or again. It stops by itself when the system is out of descriptors or
  /// memory and there is no connection to close for it.
  void start() noexcept { wait_for(Interest::Read); }
  void on_ready() noexcept override;

 private:
  /// Then other sockets get their turn.
  static constexpr int kAcceptsPerWake = 64;

  enum class Accepted : std::uint8_t { One, None, Exhausted };

  void wait_for(Interest interest) noexcept;
  [[nodiscard]] Accepted accept_one() noexcept;
  [[nodiscard]] bool has_pending() const noexcept;
  void hand_over(Fd socket, const base::Address& client) noexcept;
  void connect(Fd socket, const base::Address& client);
  [[nodiscard]] std::unique_ptr<Stream> stream_over(int socket) const;

  Context context_;
  Protocol protocol_;
  Fd socket_;
  Interest interest_ = Interest::None;
  TcpConnections& connections_;
};

}  // namespace loadstar::serve
