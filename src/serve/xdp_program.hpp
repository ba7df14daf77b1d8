#pragma once

#include <memory>
#include <span>

#include "loadstar/base/address.hpp"

#include "socket.hpp"
#include "xdp_filter.h"

struct bpf_object;

namespace loadstar::serve {

/// How a program sits on an interface: in its driver, or behind it, where any interface has it.
enum class XdpMode : std::uint8_t { Native, Generic };

/// The program of xdp_filter.bpf.c, which is on its interface for as long as this lives: it goes
/// with the process, however that ends. Every member throws std::system_error.
class XdpProgram {
 public:
  /// Loads it for so many queues. It is attached to nothing yet.
  XdpProgram(const xdp_settings& settings, std::uint32_t queues);

  /// Before attach().
  void take_queries_to(std::span<const base::Endpoint> listeners);
  /// Until a queue has its socket, all frames go to the kernel.
  void attach(int interface_index, XdpMode mode);
  void give_socket(std::uint32_t queue, int socket);
  /// Takes nothing more.
  void detach() noexcept { link_ = Fd(); }

 private:
  struct Close {
    void operator()(bpf_object* object) const noexcept;
  };
  [[nodiscard]] int map(const char* name) const;

  std::unique_ptr<bpf_object, Close> object_;
  Fd link_;
};

}  // namespace loadstar::serve
