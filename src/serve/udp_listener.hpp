#pragma once

#include <boost/asio/ip/udp.hpp>

#include "context.hpp"
#include "socket.hpp"
#include "udp_batch.hpp"

namespace loadstar::serve {

/// Answers the datagrams of one UDP socket.
class UdpListener {
 public:
  UdpListener(Context context, Protocol protocol, Socket socket, UdpBatch& batch);

  void start() { wait(); }
  /// Answers what has arrived, at most kBatchesPerWake batches.
  void answer_arrived();

 private:
  /// Then timers and other sockets get their turn.
  static constexpr int kBatchesPerWake = 16;

  void wait();
  [[nodiscard]] std::size_t answer_batch();

  Context context_;
  Protocol protocol_;
  boost::asio::ip::udp::socket socket_;
  UdpBatch& batch_;
};

}  // namespace loadstar::serve
