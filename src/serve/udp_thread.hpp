#pragma once

#include <thread>

#include "loadstar/answer/responder.hpp"
#include "loadstar/serve/server.hpp"

#include "counters.hpp"
#include "socket.hpp"
#include "udp_batch.hpp"

namespace loadstar::serve {

/// Answers the datagrams of one UDP socket. Its thread waits in the call that receives, so a batch
/// takes two system calls, and arriving datagrams do not have to be reported to an event loop.
class UdpThread {
 public:
  UdpThread(const answer::StateBoard& board, const ServerOptions& options, Protocol protocol,
            Fd socket);

  void start();
  /// What has already arrived is answered first.
  void request_stop() { thread_.request_stop(); }
  void join();

  /// Adds what this thread has counted.
  void add_to(WorkerCounts& counts) const noexcept;

 private:
  void run(const std::stop_token& stop);
  std::size_t answer_batch(UdpBatch::Wait wait);

  UdpCounters counters_;
  answer::Responder responder_;
  Protocol protocol_;
  ProxyOptions proxy_;
  Fd socket_;
  UdpBatch batch_;
  std::jthread thread_;
};

}  // namespace loadstar::serve
