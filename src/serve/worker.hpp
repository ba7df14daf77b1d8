#pragma once

#include <memory>
#include <vector>

#include "tcp_loop.hpp"
#include "udp_thread.hpp"

namespace loadstar::serve {

/// A share of all queries: its own sockets for every address, and the threads that answer what
/// arrives there. Everything of a query happens on one of them, from receive to send.
class Worker {
 public:
  /// Board and identity must outlive the worker.
  Worker(const answer::StateBoard& board, const ServerOptions& options,
         const base::Published<TlsIdentity>& identity);
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  /// Before start().
  void add(Protocol protocol, Fd socket);

  void start();
  void request_stop();
  void join();
  [[nodiscard]] WorkerCounts counts() const;

 private:
  const answer::StateBoard& board_;
  ServerOptions options_;
  std::vector<std::unique_ptr<UdpThread>> udp_;
  TcpLoop tcp_;
};

}  // namespace loadstar::serve
