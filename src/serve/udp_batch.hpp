#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <netinet/in.h>
#include <optional>
#include <sys/socket.h>

#include "loadstar/answer/responder.hpp"

#include "counters.hpp"

namespace loadstar::serve {

/// Datagrams per system call.
inline constexpr std::size_t kUdpBatch = answer::kMostAtOnce;

/// Room for one batch of datagrams, which are answered where they lie.
class UdpBatch {
 public:
  UdpBatch();

  enum class Wait : std::uint8_t { No, ForOne };
  /// Takes what has arrived, at most kUdpBatch datagrams. Returns how many: none if the socket's
  /// time to wait (SO_RCVTIMEO) has passed.
  [[nodiscard]] std::size_t receive(int fd, Wait wait) noexcept;
  /// Answers the datagrams just received.
  void respond(answer::Responder& responder) noexcept;
  /// Answers those that come from a front with a PROXY header, counts the others.
  void respond_to_fronts(answer::Responder& responder, const ProxyOptions& proxy,
                         UdpCounters& counters) noexcept;
  /// Sends the answers. Returns how many the system did not take; those are dropped, as a resolver
  /// asks again.
  [[nodiscard]] std::size_t send(int fd) noexcept;

 private:
  // An odd number of cache lines: at a power of two all headers would fall into the same cache
  // sets.
  static constexpr std::size_t kStride = answer::kUdpBuffer + 3 * 64;
  static constexpr std::size_t kControl =
      CMSG_SPACE(sizeof(in6_pktinfo)) + CMSG_SPACE(sizeof(in_pktinfo));

  [[nodiscard]] std::uint8_t* buffer(std::size_t index) noexcept {
    return buffers_.get() + index * kStride;
  }
  void reset(std::size_t index) noexcept;
  [[nodiscard]] std::optional<answer::Exchange> take_proxy_header(std::size_t index,
                                                                  const ProxyOptions& proxy,
                                                                  UdpCounters& counters) noexcept;
  void put(std::size_t index, answer::Reply reply) noexcept;
  std::size_t send_run(int fd, std::size_t at, std::size_t end) noexcept;
  [[nodiscard]] bool is_dropped(std::size_t index) const noexcept {
    return parts_[index].iov_len == 0;
  }

  std::unique_ptr<std::uint8_t[]> buffers_;
  std::array<iovec, kUdpBatch> parts_{};
  std::array<sockaddr_storage, kUdpBatch> names_{};
  struct alignas(cmsghdr) Control {
    std::array<std::uint8_t, kControl> bytes;
  };
  std::array<Control, kUdpBatch> controls_{};
  std::array<mmsghdr, kUdpBatch> messages_{};  // as received, then as answered
  std::array<answer::Exchange, kUdpBatch> exchanges_{};
  std::array<answer::Reply, kUdpBatch> replies_{};
  std::size_t count_ = 0;
  std::size_t dropped_ = 0;
};

}  // namespace loadstar::serve
