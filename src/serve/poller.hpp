#pragma once

#include <array>
#include <cstdint>
#include <sys/epoll.h>

#include "loadstar/base/duration.hpp"

#include "socket.hpp"

namespace loadstar::serve {

/// What a socket waits for.
enum class Interest : std::uint8_t { None, Read, Write };

/// Who waits for a socket.
class Waiter {
 public:
  /// What it waits for is there, or the socket is broken, as its next use tells.
  virtual void on_ready() noexcept = 0;

 protected:
  ~Waiter() = default;
};

/// The sockets of one thread that wait: epoll(7), level-triggered. A socket that is closed is out
/// of it by itself.
class Poller {
 public:
  /// Throws std::system_error.
  Poller();

  /// Changes what a socket waits for: a system call if it is something else. False when the system
  /// has no memory for it; then nothing has changed.
  [[nodiscard]] bool change(int socket, Interest from, Interest to, Waiter& waiter) noexcept;
  /// Tells those whose sockets are ready, some at a time; waits for the first for at most `most`.
  /// Who has waited must live until this returns, even when its socket is closed meanwhile.
  void wait(base::Duration most) noexcept;

 private:
  Fd epoll_;
  std::array<epoll_event, 64> events_;
};

}  // namespace loadstar::serve
