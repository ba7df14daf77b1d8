#include <array>
#include <cstring>
#include <memory>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "flights.hpp"

namespace loadstar::bench {
namespace {

constexpr unsigned kBatch = 32;
constexpr int kSocketBuffer = 4 << 20;
constexpr int kLongestWaitMs = 1;

/// A socket that sends from whichever local address a question names.
class UdpSocket {
 public:
  explicit UdpSocket(sockaddr_in server)
      : fd_(socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0)), server_(server) {
    if (fd_ < 0) fail("socket");
    setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &kSocketBuffer, sizeof kSocketBuffer);
    setsockopt(fd_, SOL_SOCKET, SO_SNDBUF, &kSocketBuffer, sizeof kSocketBuffer);
    for (unsigned i = 0; i < kBatch; ++i) {
      received_iov_[i] = {buffers_[i].data(), buffers_[i].size()};
      received_[i].msg_hdr = {};
      received_[i].msg_hdr.msg_iov = &received_iov_[i];
      received_[i].msg_hdr.msg_iovlen = 1;
    }
  }
  UdpSocket(const UdpSocket&) = delete;
  UdpSocket& operator=(const UdpSocket&) = delete;
  ~UdpSocket() { close(fd_); }

  [[nodiscard]] int fd() const noexcept { return fd_; }

  void add(std::uint16_t id, const Question& question) {
    ids_[queued_] = {static_cast<std::uint8_t>(id >> 8), static_cast<std::uint8_t>(id)};
    const auto& message = question.message;
    sent_iov_[queued_] = {iovec{ids_[queued_].data(), 2},
                          iovec{const_cast<std::uint8_t*>(message.data()) + 2, message.size() - 2}};
    msghdr& header = sent_[queued_].msg_hdr;
    header = {};
    header.msg_name = &server_;
    header.msg_namelen = sizeof server_;
    header.msg_iov = sent_iov_[queued_].data();
    header.msg_iovlen = 2;
    if (question.source != 0) set_source(header, question.source);
    if (++queued_ == kBatch) flush();
  }

  void flush() {
    for (unsigned done = 0; done < queued_;) {
      const int sent = sendmmsg(fd_, sent_.data() + done, queued_ - done, 0);
      if (sent < 0 && errno != EAGAIN && errno != EINTR && errno != ECONNREFUSED) fail("sendmmsg");
      if (sent > 0) done += static_cast<unsigned>(sent);
    }
    queued_ = 0;
  }

  /// True when there may be more.
  bool receive(Flights& flights) {
    const int count = recvmmsg(fd_, received_.data(), kBatch, MSG_DONTWAIT, nullptr);
    if (count <= 0) return false;
    const std::int64_t time = now();
    for (unsigned i = 0; i < static_cast<unsigned>(count); ++i)
      flights.arrive({buffers_[i].data(), received_[i].msg_len}, time);
    return count == kBatch;
  }

 private:
  void set_source(msghdr& header, std::uint32_t source) {
    auto& control = controls_[queued_];
    header.msg_control = control.data();
    header.msg_controllen = control.size();
    cmsghdr* const first = CMSG_FIRSTHDR(&header);
    first->cmsg_level = IPPROTO_IP;
    first->cmsg_type = IP_PKTINFO;
    first->cmsg_len = CMSG_LEN(sizeof(in_pktinfo));
    in_pktinfo info{};
    info.ipi_spec_dst.s_addr = source;
    std::memcpy(CMSG_DATA(first), &info, sizeof info);
  }

  using Control = std::array<char, CMSG_SPACE(sizeof(in_pktinfo))>;

  int fd_;
  sockaddr_in server_;
  unsigned queued_ = 0;
  std::array<std::array<std::uint8_t, 2>, kBatch> ids_{};
  std::array<std::array<iovec, 2>, kBatch> sent_iov_{};
  std::array<mmsghdr, kBatch> sent_{};
  alignas(cmsghdr) std::array<Control, kBatch> controls_{};
  std::array<std::array<std::uint8_t, 4096>, kBatch> buffers_{};
  std::array<iovec, kBatch> received_iov_{};
  std::array<mmsghdr, kBatch> received_{};
};

/// How many queries may leave now, and when each was due.
class Pace {
 public:
  explicit Pace(const Plan& plan) : plan_(plan), gap_(plan.rate > 0 ? 1e9 / plan.rate : 0) {}

  /// Without a rate: once a quarter of the window is free, so that queries go in batches.
  [[nodiscard]] std::size_t ready(const Flights& flights, std::int64_t time) const {
    if (gap_ == 0) return flights.free() * 4 >= plan_.window ? flights.free() : 0;
    const auto due = static_cast<double>(time - start_) / gap_ - static_cast<double>(left_);
    return due < 1 ? 0 : std::min(flights.free(), static_cast<std::size_t>(due));
  }
  /// With a rate a query counts from when it was due, so that a stalled server is not spared.
  std::int64_t leave(std::int64_t time) {
    if (gap_ == 0) return time;
    return start_ + static_cast<std::int64_t>(static_cast<double>(++left_) * gap_);
  }
  [[nodiscard]] bool waits() const { return gap_ == 0; }

 private:
  const Plan& plan_;
  double gap_;  // ns
  std::int64_t start_ = now();
  std::uint64_t left_ = 0;
};

void wait(const std::vector<std::unique_ptr<UdpSocket>>& sockets) {
  std::vector<pollfd> polled;
  for (const auto& socket : sockets) polled.push_back({socket->fd(), POLLIN, 0});
  poll(polled.data(), polled.size(), kLongestWaitMs);
}

}  // namespace

Outcome ask_udp(const Plan& plan) {
  std::vector<std::unique_ptr<UdpSocket>> sockets;
  for (unsigned i = 0; i < plan.sockets; ++i)
    sockets.push_back(std::make_unique<UdpSocket>(plan.server));
  Flights flights(plan);
  Pace pace(plan);
  std::size_t turn = 0;
  return run(plan, flights, [&](bool sending) {
    const std::int64_t time = now();
    const std::size_t ready = sending ? pace.ready(flights, time) : 0;
    for (std::size_t left = ready; left > 0;) {
      UdpSocket& socket = *sockets[turn++ % sockets.size()];
      for (unsigned i = 0; i < kBatch && left > 0; ++i, --left) {
        const auto [id, question] = flights.depart(pace.leave(time));
        socket.add(id, question);
      }
      socket.flush();
    }
    const std::size_t before = flights.free();
    for (const auto& socket : sockets)
      while (socket->receive(flights)) {
      }
    flights.expire(time);
    if (ready == 0 && before == flights.free() && (pace.waits() || !sending)) wait(sockets);
  });
}

}  // namespace loadstar::bench
