#pragma once

#include <array>
#include <memory>
#include <thread>

#include "loadstar/answer/responder.hpp"
#include "loadstar/base/random.hpp"
#include "loadstar/serve/udp_frame.hpp"

#include "counters.hpp"
#include "xdp_socket.hpp"

namespace loadstar::serve {

/// Answers the frames of one queue where they lie, as UdpThread does the datagrams of a socket.
class XdpThread {
 public:
  XdpThread(const answer::StateBoard& board, const answer::ResponderOptions& options,
            std::unique_ptr<XdpSocket> socket);

  void start();
  /// What has already arrived is answered first.
  void request_stop() { thread_.request_stop(); }
  void join();

  [[nodiscard]] WorkerCounts counts() const noexcept;

 private:
  void run(const std::stop_token& stop);
  std::size_t answer_batch();
  [[nodiscard]] std::size_t take_queries(std::span<const XdpSocket::Frame> frames) noexcept;
  void drop(const XdpSocket::Frame& frame, UdpFrameError error) noexcept;
  void put(std::size_t index) noexcept;

  XdpCounters counters_;
  answer::Responder responder_;
  base::Random ids_;
  std::unique_ptr<XdpSocket> socket_;
  // Of the queries of a batch.
  std::array<XdpSocket::Frame, kXdpBatch> frames_{};
  std::array<UdpFrame, kXdpBatch> headers_{};
  std::array<answer::Exchange, kXdpBatch> exchanges_{};
  std::array<answer::Reply, kXdpBatch> replies_{};
  std::jthread thread_;
};

}  // namespace loadstar::serve
