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
#include "udp_batch.hpp"
#include "udp_listener.hpp"

namespace loadstar::serve {

/// One thread that answers: everything of a query happens on it, from receive to send.
class Worker {
 public:
  Worker(const answer::StateBoard& board, const ServerOptions& options, std::uint64_t seed);
  ~Worker() { stop(); }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  /// Before start().
  void add(Protocol protocol, Socket socket);
  /// For connections over TLS that are accepted from now on.
  void use(std::shared_ptr<const TlsIdentity> identity);

  void start();
  void stop();
  [[nodiscard]] WorkerCounts counts() const;

 private:
  /// How often an idle worker takes up a new State, so that old ones do not stay alive, and looks
  /// for idle connections.
  static constexpr auto kTick = std::chrono::milliseconds(250);

  void run();
  void tick();
  void wind_up();

  Counters counters_;
  boost::asio::io_context io_{1};
  answer::Responder responder_;
  std::shared_ptr<const TlsIdentity> identity_;
  std::vector<base::Prefix> fronts_;
  Context context_;
  UdpBatch batch_;
  TcpConnections connections_;
  std::vector<std::unique_ptr<UdpListener>> udp_;
  std::vector<std::unique_ptr<TcpListener>> tcp_;
  boost::asio::steady_timer tick_;
  std::thread thread_;
};

}  // namespace loadstar::serve
