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
    parts_[i].iov_base = buffer(i);
    msghdr& header = messages_[i].msg_hdr;
    header.msg_name = &names_[i];
    header.msg_namelen = sizeof names_[i];
    header.msg_iov = &parts_[i];
    header.msg_iovlen = 1;
    header.msg_control = controls_[i].bytes.data();
    exchanges_[i].buffer = {buffer(i), answer::kUdpBuffer};
    exchanges_[i].transport = answer::Transport::Udp;
    reset(i);
  }
}

/// The length of the name stays: all datagrams of a socket have names of one family.
void UdpBatch::reset(std::size_t index) noexcept {
  parts_[index].iov_len = answer::kUdpBuffer;
  messages_[index].msg_hdr.msg_controllen = kControl;
}

std::size_t UdpBatch::receive(int fd, Wait wait) noexcept {
  for (std::size_t i = 0; i < count_; ++i) reset(i);
  count_ = 0;
  dropped_ = 0;
  const int flags = wait == Wait::ForOne ? MSG_WAITFORONE : MSG_DONTWAIT;
  const int count = ::recvmmsg(fd, messages_.data(), kUdpBatch, flags, nullptr);
  // An error other than "nothing there" belongs to the past of the socket and is cleared by having
  // been read.
  if (count > 0) count_ = static_cast<std::size_t>(count);
  return count_;
}

/// The answer lies where the query lay.
[[gnu::always_inline]] inline void UdpBatch::put(std::size_t index, answer::Reply reply) noexcept {
  parts_[index].iov_len = reply.size;
  dropped_ += reply.size == 0 ? 1U : 0U;
  msghdr& header = messages_[index].msg_hdr;
  if (header.msg_controllen == 0) [[likely]]
    return;
  if (cmsghdr* const control = CMSG_FIRSTHDR(&header)) leave_interface_open(*control);
}

void UdpBatch::respond(answer::Responder& responder) noexcept {
  for (std::size_t i = 0; i < count_; ++i) {
    exchanges_[i].query_size = messages_[i].msg_len;
    read_address(names_[i], exchanges_[i].client);
  }
  responder.respond({exchanges_.data(), count_}, replies_.data());
  for (std::size_t i = 0; i < count_; ++i) put(i, replies_[i]);
}

void UdpBatch::respond_to_fronts(answer::Responder& responder, const ProxyOptions& proxy,
                                 UdpCounters& counters) noexcept {
  for (std::size_t i = 0; i < count_; ++i) {
    const auto query = take_proxy_header(i, proxy, counters);
    put(i, query ? responder.respond(*query) : answer::Reply{});
  }
}

/// The query behind the header is moved to where answers lie. Nullopt: not from a front, or without
/// a header.
std::optional<answer::Exchange> UdpBatch::take_proxy_header(std::size_t index,
                                                            const ProxyOptions& proxy,
                                                            UdpCounters& counters) noexcept {
  answer::Exchange& exchange = exchanges_[index];
  read_address(names_[index], exchange.client);
  if (!proxy.has_front_at(exchange.client)) {
    counters.proxy_sources.add();
    return std::nullopt;
  }
  const std::size_t size = messages_[index].msg_len;
  const auto header = read_proxy_header({buffer(index), size});
  if (!header) {
    counters.proxy_headers.add();
    return std::nullopt;
  }
  exchange.query_size = size - header->size;
  exchange.client = header->client.value_or(exchange.client);
  std::memmove(buffer(index), buffer(index) + header->size, exchange.query_size);
  return exchange;
}

std::size_t UdpBatch::send(int fd) noexcept {
  if (dropped_ == 0) [[likely]]
    return send_run(fd, 0, count_);
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
