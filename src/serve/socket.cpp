#include "socket.hpp"

#include <cerrno>
#include <cstring>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <system_error>
#include <unistd.h>

#include "loadstar/base/bind_error.hpp"

namespace loadstar::serve {
namespace {

/// Room for what arrives while a worker is busy; the kernel caps it at net.core.rmem_max.
constexpr int kReceiveBufferBytes = 4 << 20;
/// How long an idle UDP thread waits before it looks for a new State, or an order to stop.
constexpr int kUdpWaitMicroseconds = 100'000;
constexpr int kBacklog = 4096;
/// A connection is handed over when its first bytes are there, or after this many seconds.
constexpr int kDeferAcceptSeconds = 3;

[[noreturn]] void fail(const Listening& listening, int error) {
  base::throw_bind_error(listening.endpoint, to_string(listening.protocol),
                         {error, std::generic_category()});
}

bool set_option(int fd, int level, int name, int value) noexcept {
  return ::setsockopt(fd, level, name, &value, sizeof value) == 0;
}

struct Name {
  sockaddr_storage storage{};
  socklen_t size = 0;
  sockaddr* get() noexcept { return reinterpret_cast<sockaddr*>(&storage); }
};

Name name_of(const base::Endpoint& endpoint) noexcept {
  Name name;
  const auto bytes = endpoint.address.bytes();
  if (endpoint.address.is_v4()) {
    sockaddr_in in{};
    in.sin_family = AF_INET;
    in.sin_port = htons(endpoint.port);
    std::memcpy(&in.sin_addr, bytes.data(), bytes.size());
    std::memcpy(&name.storage, &in, name.size = sizeof in);
  } else {
    sockaddr_in6 in{};
    in.sin6_family = AF_INET6;
    in.sin6_port = htons(endpoint.port);
    std::memcpy(&in.sin6_addr, bytes.data(), bytes.size());
    std::memcpy(&name.storage, &in, name.size = sizeof in);
  }
  return name;
}

Fd open(const Listening& listening) {
  const int domain = listening.endpoint.address.is_v4() ? AF_INET : AF_INET6;
  const int type = is_udp(listening.protocol) ? SOCK_DGRAM : SOCK_STREAM;
  // A thread waits in a UDP socket; an event loop waits for the others.
  const int waiting = is_udp(listening.protocol) ? 0 : SOCK_NONBLOCK;
  Fd fd(::socket(domain, type | waiting | SOCK_CLOEXEC, 0));
  if (!fd.valid()) fail(listening, errno);
  if (domain == AF_INET6 && !set_option(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, 1)) {
    fail(listening, errno);
  }
  // Connections of an earlier run that are still in TIME_WAIT must not keep the address.
  if (type == SOCK_STREAM && !set_option(fd.get(), SOL_SOCKET, SO_REUSEADDR, 1)) {
    fail(listening, errno);
  }
  return fd;
}

void bind(const Fd& fd, const Listening& listening) {
  Name name = name_of(listening.endpoint);
  if (::bind(fd.get(), name.get(), name.size) != 0) fail(listening, errno);
}

/// Replies leave from the address that was asked (RFC 2181 4), which only a wildcard socket has to
/// be told.
bool report_destination(int fd, const base::Address& address) noexcept {
  if (!is_wildcard(address)) return true;
  return address.is_v4() ? set_option(fd, IPPROTO_IP, IP_PKTINFO, 1)
                         : set_option(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
}

/// Forged ICMP must not make us fragment (RFC 9715 appendix A): the path MTU cache is ignored.
bool ignore_path_mtu(int fd, const base::Address& address) noexcept {
  return address.is_v4() ? set_option(fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_OMIT)
                         : set_option(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_OMIT);
}

bool limit_waiting(int fd) noexcept {
  const timeval time{.tv_sec = 0, .tv_usec = kUdpWaitMicroseconds};
  return ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time) == 0;
}

bool prepare_udp(int fd, const base::Address& address) noexcept {
  // A smaller buffer than asked for is no reason not to start.
  static_cast<void>(set_option(fd, SOL_SOCKET, SO_RCVBUF, kReceiveBufferBytes));
  return limit_waiting(fd) && report_destination(fd, address) && ignore_path_mtu(fd, address);
}

bool prepare_tcp(int fd) noexcept {
  return set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1) &&
         set_option(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT, kDeferAcceptSeconds);
}

std::uint16_t bound_port(const Fd& fd, const Listening& listening) {
  Name name;
  name.size = sizeof name.storage;
  if (::getsockname(fd.get(), name.get(), &name.size) != 0) fail(listening, errno);
  const bool v4 = name.storage.ss_family == AF_INET;
  return ntohs(v4 ? reinterpret_cast<const sockaddr_in&>(name.storage).sin_port
                  : reinterpret_cast<const sockaddr_in6&>(name.storage).sin6_port);
}

}  // namespace

Fd::~Fd() {
  if (valid()) ::close(fd_);
}

Fd open_shared(const Listening& listening) {
  Fd fd = open(listening);
  const base::Address& address = listening.endpoint.address;
  const bool udp = is_udp(listening.protocol);
  const bool prepared = set_option(fd.get(), SOL_SOCKET, SO_REUSEPORT, 1) &&
                        (udp ? prepare_udp(fd.get(), address) : prepare_tcp(fd.get()));
  if (!prepared) fail(listening, errno);
  bind(fd, listening);
  if (!udp && ::listen(fd.get(), kBacklog) != 0) fail(listening, errno);
  return fd;
}

base::Endpoint claim(const Listening& listening) {
  const Fd fd = open(listening);
  bind(fd, listening);
  return {listening.endpoint.address, bound_port(fd, listening)};
}

}  // namespace loadstar::serve
