#include "xdp_socket.hpp"

#include <cerrno>
#include <poll.h>
#include <sys/socket.h>
#include <system_error>
#include <xdp/libxdp.h>
#include <xdp/xsk.h>

#include "loadstar/base/huge_pages.hpp"
#include "loadstar/serve/udp_frame.hpp"

#include "xdp_filter.h"

namespace loadstar::serve {
namespace {

/// As much waits while a thread is busy as in a UDP socket (socket.cpp): 8 MiB for each queue.
constexpr std::uint32_t kFrames = 4096;
/// Of the two sizes that the kernel allows the one that a datagram needs.
constexpr std::uint32_t kFrameSize = 2048;
static_assert(kLargestXdpFrame == kFrameSize - 256);  // XDP_PACKET_HEADROOM
static_assert(kLargestXdpFrame - kUdpFrameHeaders6 >= answer::kMaxUdpAnswer);
constexpr int kSendBufferBytes = 4 << 20;

/// How long an idle thread waits before it looks for a new State, or an order to stop.
constexpr int kWaitMs = 100;
/// The same while answers wait for a driver that was busy.
constexpr int kRetryMs = 1;

int ignore(libxdp_print_level, const char*, va_list) { return 0; }

struct Delete {
  void operator()(xsk_socket* socket) const noexcept { ::xsk_socket__delete(socket); }
  void operator()(xsk_umem* memory) const noexcept { ::xsk_umem__delete(memory); }
};

/// Of the calls of libxdp, which return an errno below 0.
void check(int result, const char* what) {
  if (result < 0) throw std::system_error(-result, std::generic_category(), what);
}

std::uint16_t bind_flags(std::optional<bool> zero_copy) noexcept {
  if (!zero_copy) return XDP_USE_NEED_WAKEUP;
  return static_cast<std::uint16_t>(XDP_USE_NEED_WAKEUP | (*zero_copy ? XDP_ZEROCOPY : XDP_COPY));
}

}  // namespace

struct XdpSocket::Impl {
  base::HugeVector<std::uint8_t> frames = base::HugeVector<std::uint8_t>(kFrames * kFrameSize);
  xsk_ring_prod free_frames{};
  xsk_ring_cons sent{};
  xsk_ring_cons received{};
  xsk_ring_prod to_send{};
  std::unique_ptr<xsk_umem, Delete> memory;
  std::unique_ptr<xsk_socket, Delete> socket;  // goes before its memory
  int fd = -1;
  std::uint32_t freed = 0;   // of free_frames, not yet handed over
  std::uint32_t queued = 0;  // of to_send, not yet handed over
  std::array<Frame, kXdpBatch> batch{};

  void register_memory() {
    const xsk_umem_config config{.fill_size = kFrames,
                                 .comp_size = kFrames,
                                 .frame_size = kFrameSize,
                                 .frame_headroom = 0,
                                 .flags = 0};
    xsk_umem* made = nullptr;
    check(::xsk_umem__create(&made, frames.data(), frames.size(), &free_frames, &sent, &config),
          "cannot share memory with the kernel");
    memory.reset(made);
  }
  void open(const std::string& interface, std::uint32_t queue, std::optional<bool> zero_copy) {
    xsk_socket_config config{};
    config.rx_size = kFrames;
    config.tx_size = kFrames;
    config.libxdp_flags = XSK_LIBXDP_FLAGS__INHIBIT_PROG_LOAD;
    config.bind_flags = bind_flags(zero_copy);
    xsk_socket* made = nullptr;
    check(::xsk_socket__create(&made, interface.c_str(), queue, memory.get(), &received, &to_send,
                               &config),
          "cannot open a socket");
    socket.reset(made);
    fd = ::xsk_socket__fd(made);
    // Less than asked for is no reason not to serve.
    ::setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &kSendBufferBytes, sizeof kSendBufferBytes);
  }

  void free_frame(std::uint64_t address) noexcept {
    std::uint32_t at = 0;
    ::xsk_ring_prod__reserve(&free_frames, 1, &at);
    *::xsk_ring_prod__fill_addr(&free_frames, at) = address;
    ++freed;
  }
  void free_sent() noexcept {
    std::uint32_t at = 0;
    const std::uint32_t count = ::xsk_ring_cons__peek(&sent, kFrames, &at);
    for (std::uint32_t i = 0; i < count; ++i)
      free_frame(*::xsk_ring_cons__comp_addr(&sent, at + i));
    ::xsk_ring_cons__release(&sent, count);
  }
  [[nodiscard]] std::uint64_t address_of(const Frame& frame) const noexcept {
    return static_cast<std::uint64_t>(frame.bytes - frames.data());
  }
  void hand_over_free() noexcept {
    if (freed == 0) return;
    ::xsk_ring_prod__submit(&free_frames, std::exchange(freed, 0));
    if (::xsk_ring_prod__needs_wakeup(&free_frames) != 0)
      ::recvfrom(fd, nullptr, 0, MSG_DONTWAIT, nullptr, nullptr);
  }
  /// Whether the kernel has yet to take an answer.
  [[nodiscard]] bool waits_to_send() const noexcept {
    return __atomic_load_n(to_send.consumer, __ATOMIC_ACQUIRE) != *to_send.producer;
  }
  bool wake_sender() noexcept {
    if (::xsk_ring_prod__needs_wakeup(&to_send) == 0) return true;
    return ::sendto(fd, nullptr, 0, MSG_DONTWAIT, nullptr, 0) >= 0 || errno == EAGAIN;
  }
};

XdpSocket::XdpSocket(const std::string& interface, std::uint32_t queue,
                     std::optional<bool> zero_copy)
    : impl_(std::make_unique<Impl>()) {
  ::libxdp_set_print(ignore);  // it would print by itself
  impl_->register_memory();
  impl_->open(interface, queue, zero_copy);
  for (std::uint32_t i = 0; i < kFrames; ++i) impl_->free_frame(std::uint64_t{i} * kFrameSize);
  impl_->hand_over_free();
}

XdpSocket::~XdpSocket() = default;

void XdpSocket::wait() noexcept {
  pollfd polled{.fd = impl_->fd, .events = POLLIN, .revents = 0};
  // Without zero copy it is this very call that sends.
  ::poll(&polled, 1, impl_->waits_to_send() ? kRetryMs : kWaitMs);
}

std::span<const XdpSocket::Frame> XdpSocket::receive() noexcept {
  impl_->free_sent();
  impl_->hand_over_free();
  std::uint32_t at = 0;
  const std::uint32_t count = ::xsk_ring_cons__peek(&impl_->received, kXdpBatch, &at);
  for (std::uint32_t i = 0; i < count; ++i) {
    const xdp_desc& one = *::xsk_ring_cons__rx_desc(&impl_->received, at + i);
    std::uint8_t* const bytes = impl_->frames.data() + one.addr;
    // The kernel has written it on another core.
    __builtin_prefetch(bytes);
    __builtin_prefetch(bytes + 64);
    impl_->batch[i] = {.bytes = bytes,
                       .size = one.len,
                       .room = kFrameSize - static_cast<std::uint32_t>(one.addr % kFrameSize)};
  }
  ::xsk_ring_cons__release(&impl_->received, count);
  return {impl_->batch.data(), count};
}

void XdpSocket::send(const Frame& frame, std::size_t size) noexcept {
  std::uint32_t at = 0;
  ::xsk_ring_prod__reserve(&impl_->to_send, 1, &at);
  *::xsk_ring_prod__tx_desc(&impl_->to_send, at) = {
      .addr = impl_->address_of(frame), .len = static_cast<std::uint32_t>(size), .options = 0};
  ++impl_->queued;
}

void XdpSocket::release(const Frame& frame) noexcept {
  impl_->free_frame(impl_->address_of(frame));
}

bool XdpSocket::flush() noexcept {
  impl_->hand_over_free();
  if (impl_->queued == 0) return true;
  ::xsk_ring_prod__submit(&impl_->to_send, std::exchange(impl_->queued, 0));
  return impl_->wake_sender();
}

int XdpSocket::fd() const noexcept { return impl_->fd; }

bool XdpSocket::is_zero_copy() const noexcept {
  xdp_options options{};
  socklen_t size = sizeof options;
  ::getsockopt(impl_->fd, SOL_XDP, XDP_OPTIONS, &options, &size);
  return (options.flags & XDP_OPTIONS_ZEROCOPY) != 0;
}

std::uint64_t XdpSocket::overflows() const noexcept {
  xdp_statistics statistics{};
  socklen_t size = sizeof statistics;
  ::getsockopt(impl_->fd, SOL_XDP, XDP_STATISTICS, &statistics, &size);
  return statistics.rx_dropped + statistics.rx_ring_full;
}

}  // namespace loadstar::serve
