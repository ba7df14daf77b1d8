#pragma once

#include <memory>
#include <thread>
#include <vector>

#include "loadstar/serve/server.hpp"

#include "context.hpp"
#include "poller.hpp"
#include "socket.hpp"
#include "tcp_connections.hpp"
#include "tcp_listener.hpp"

namespace loadstar::serve {

/// One thread with an event loop for all connections of one worker, over TCP and TLS.
class TcpLoop {
 public:
  TcpLoop(const answer::StateBoard& board, const ServerOptions& options,
          const base::Published<TlsIdentity>& identity);
  TcpLoop(const TcpLoop&) = delete;
  TcpLoop& operator=(const TcpLoop&) = delete;

  /// Before start().
  void add(Protocol protocol, Fd socket);

  void start();
  /// All connections are closed.
  void request_stop() { thread_.request_stop(); }
  void join();

  /// Adds what this thread has counted.
  void add_to(WorkerCounts& counts) const noexcept;

 private:
  /// How often the loop looks for an order to stop, for connections whose time is over and, so that
  /// old ones do not stay alive when it is idle, for a new State.
  static constexpr base::Duration kTick{100};

  void run(const std::stop_token& stop);
  void tick(base::TimePoint now);

  TcpCounters counters_;
  Poller poller_;
  answer::Responder responder_;
  ProxyOptions proxy_;
  Context context_;
  TcpConnections connections_;
  std::vector<std::unique_ptr<TcpListener>> listeners_;
  std::jthread thread_;
};

}  // namespace loadstar::serve
