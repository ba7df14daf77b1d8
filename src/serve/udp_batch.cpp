#include "udp_batch.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "loadstar/serve/proxy_header.hpp"

#include "socket.hpp"

namespace loadstar::serve {
namespace {

/// The kernel reports interface and destination of a datagram in the form in which it takes
/// interface and source of the reply. The route decides the interface, except for link-local
/// addresses, which mean nothing without one.
void leave_interface_open(cmsghdr& header) noexcept {
  if (header.cmsg_level == IPPROTO_IP && header.cmsg_type == IP_PKTINFO) {
    in_pktinfo info;
    std::memcpy(&info, CMSG_DATA(&header), sizeof info);
    info.ipi_ifindex = 0;
    std::memcpy(CMSG_DATA(&header), &info, sizeof info);
  }
  if (header.cmsg_level == IPPROTO_IPV6 && header.cmsg_type == IPV6_PKTINFO) {
    in6_pktinfo info;
    std::memcpy(&info, CMSG_DATA(&header), sizeof info);
    if (!IN6_IS_ADDR_LINKLOCAL(&info.ipi6_addr)) info.ipi6_ifindex = 0;
    std::memcpy(CMSG_DATA(&header), &info, sizeof info);
  }
}

}  // namespace

UdpBatch::UdpBatch() : buffers_(new std::uint8_t[kUdpBatch * kStride]) {
  for (std::size_t i = 0; i < kUdpBatch; ++i) {
    messages_[i].msg_hdr.msg_name = &names_[i];
    messages_[i].msg_hdr.msg_iov = &parts_[i];
    messages_[i].msg_hdr.msg_iovlen = 1;
    reset(i);
  }
}

void UdpBatch::reset(std::size_t index) noexcept {
  parts_[index] = {buffer(index), answer::kUdpBuffer};
  msghdr& header = messages_[index].msg_hdr;
  header.msg_namelen = sizeof(sockaddr_storage);
  header.msg_control = controls_[index].bytes.data();
  header.msg_controllen = kControl;
}

std::size_t UdpBatch::receive(int fd, Wait wait) noexcept {
  for (std::size_t i = 0; i < count_; ++i) reset(i);
  count_ = 0;
  const int flags = wait == Wait::ForOne ? MSG_WAITFORONE : MSG_DONTWAIT;
  const int count = ::recvmmsg(fd, messages_.data(), kUdpBatch, flags, nullptr);
  // An error other than "nothing there" belongs to the past of the socket and is cleared by having
  // been read.
  if (count > 0) count_ = static_cast<std::size_t>(count);
  return count_;
}

/// Answers where the query lies.
[[gnu::always_inline]] inline void UdpBatch::respond_to(std::size_t index, std::size_t query_at,
                                                        const base::Address& client,
                                                        answer::Responder& responder) noexcept {
  std::uint8_t* const query = buffer(index) + query_at;
  const answer::Reply reply = responder.respond({.buffer = {query, answer::kUdpBuffer - query_at},
                                                 .query_size = messages_[index].msg_len - query_at,
                                                 .client = client,
                                                 .transport = answer::Transport::Udp});
  parts_[index] = {query, reply.size};
  msghdr& header = messages_[index].msg_hdr;
  if (header.msg_controllen == 0) [[likely]]
    header.msg_control = nullptr;
  else if (cmsghdr* control = CMSG_FIRSTHDR(&header))
    leave_interface_open(*control);
}

void UdpBatch::respond(answer::Responder& responder) noexcept {
  for (std::size_t i = 0; i < count_; ++i) respond_to(i, 0, address_of(names_[i]), responder);
}

void UdpBatch::respond_to_fronts(answer::Responder& responder, const ProxyOptions& proxy,
                                 UdpCounters& counters) noexcept {
  for (std::size_t i = 0; i < count_; ++i) {
    drop(i);
    const base::Address front = address_of(names_[i]);
    if (!proxy.has_front_at(front)) {
      counters.proxy_sources.add();
      continue;
    }
    const auto header = read_proxy_header({buffer(i), messages_[i].msg_len});
    if (!header) {
      counters.proxy_headers.add();
      continue;
    }
    respond_to(i, header->size, header->client.value_or(front), responder);
  }
}

std::size_t UdpBatch::send(int fd) noexcept {
  std::size_t failed = 0;
  for (std::size_t at = 0; at < count_;) {
    if (is_dropped(at)) {
      ++at;
      continue;
    }
    std::size_t end = at + 1;
    while (end < count_ && !is_dropped(end)) ++end;
    failed += send_run(fd, at, end);
    at = end;
  }
  return failed;
}

/// Sends neighbours. Returns how many the system did not take.
std::size_t UdpBatch::send_run(int fd, std::size_t at, std::size_t end) noexcept {
  std::size_t failed = 0;
  while (at < end) {
    const auto rest = static_cast<unsigned>(end - at);
    const int sent = ::sendmmsg(fd, &messages_[at], rest, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent > 0) {
      at += static_cast<std::size_t>(sent);
    } else if (errno != EINTR) {
      // The first of the rest is what failed: too large for the path, a forged source, a full
      // buffer.
      ++failed;
      ++at;
    }
  }
  return failed;
}

}  // namespace loadstar::serve
