#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "loadstar/answer/responder.hpp"

namespace loadstar::serve {

/// Frames taken together.
inline constexpr std::size_t kXdpBatch = answer::kMostAtOnce;

/// The AF_XDP socket of one queue of an interface, with the memory that it shares with the kernel.
///
///   kernel ── received ──► receive() ─┬─► send() ── to send ──► kernel
///     ▲                               └─► release() ─┐             │
///     └────────────── free frames ◄──────────────────┴── sent ◄────┘
///
/// Each frame is in one place of this circle at any time, and each of its four rings has room for
/// all frames, so that none is ever full. Used by one thread.
class XdpSocket {
 public:
  /// With zero copy if the driver can, where nothing is asked. Throws std::system_error.
  XdpSocket(const std::string& interface, std::uint32_t queue, std::optional<bool> zero_copy);
  ~XdpSocket();
  XdpSocket(const XdpSocket&) = delete;
  XdpSocket& operator=(const XdpSocket&) = delete;

  /// A frame that has been received.
  struct Frame {
    std::uint8_t* bytes = nullptr;
    std::uint32_t size = 0;
    std::uint32_t room = 0;  ///< to write to, from the start
  };

  /// Waits for frames, at most 100 ms.
  void wait() noexcept;
  /// Takes what has arrived, at most kXdpBatch frames. They are the caller's, each until it is sent
  /// or released.
  [[nodiscard]] std::span<const Frame> receive() noexcept;
  void send(const Frame& frame, std::size_t size) noexcept;
  void release(const Frame& frame) noexcept;
  /// Hands to the kernel what has been sent and released. Returns false when it did not take what
  /// was sent, which is tried again the next time.
  bool flush() noexcept;

  [[nodiscard]] int fd() const noexcept;
  [[nodiscard]] bool is_zero_copy() const noexcept;
  /// Frames that the kernel dropped because we were too slow. Called from any thread.
  [[nodiscard]] std::uint64_t overflows() const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace loadstar::serve
