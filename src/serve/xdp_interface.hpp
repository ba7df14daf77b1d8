#pragma once

#include <memory>
#include <span>
#include <vector>

#include "loadstar/serve/server.hpp"

namespace loadstar::serve {

/// An interface on which queries pass by the sockets: the program that takes them, and for each of
/// its queues a socket and a thread.
class XdpInterface {
 public:
  /// Takes what is for `listeners`. The threads are not started yet. The board must outlive it.
  /// Throws std::system_error when the interface, the kernel, our rights or this build do not allow
  /// it.
  XdpInterface(const answer::StateBoard& board, const answer::ResponderOptions& responder,
               const XdpOptions& options, std::span<const base::Endpoint> listeners);
  ~XdpInterface();
  XdpInterface(XdpInterface&&) noexcept;

  void start();
  /// From here on the sockets answer.
  void request_stop();
  void join();

  [[nodiscard]] const XdpStatus& status() const noexcept;
  /// Adds one for each queue.
  void add_to(std::vector<WorkerCounts>& counts) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace loadstar::serve
