#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <thread>
#include <vector>

#include "loadstar/serve/server.hpp"

#include "context.hpp"
#include "socket.hpp"
#include "tcp_connections.hpp"
#include "tcp_listener.hpp"

namespace loadstar::serve {

/// One thread with an event loop for all connections of one worker, over TCP and TLS.
class TcpLoop {
 public:
  TcpLoop(const answer::StateBoard& board, const ServerOptions& options);
  TcpLoop(const TcpLoop&) = delete;
  TcpLoop& operator=(const TcpLoop&) = delete;

  /// Before start().
  void add(Protocol protocol, Socket socket);
  /// For connections over TLS that are accepted from now on.
  void use(std::shared_ptr<const TlsIdentity> identity);

  void start();
  /// Closes all connections.
  void request_stop();
  void join();

  /// Adds what this thread has counted.
  void add_to(WorkerCounts& counts) const noexcept;

 private:
  /// How often an idle loop takes up a new State, so that old ones do not stay alive, and looks for
  /// idle connections.
  static constexpr auto kTick = std::chrono::milliseconds(250);

  void run();
  void tick();

  TcpCounters counters_;
  boost::asio::io_context io_{1};
  answer::Responder responder_;
  std::shared_ptr<const TlsIdentity> identity_;
  ProxyOptions proxy_;
  Context context_;
  TcpConnections connections_;
  std::vector<std::unique_ptr<TcpListener>> listeners_;
  boost::asio::steady_timer tick_;
  std::thread thread_;
};

}  // namespace loadstar::serve
