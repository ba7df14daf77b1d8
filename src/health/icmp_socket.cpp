#include "icmp_socket.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <linux/errqueue.h>
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <utility>

#include "loadstar/base/random.hpp"

#include "probe_error.hpp"

namespace loadstar::health {
namespace {

constexpr std::size_t kLongestIpv4Header = 60;
constexpr std::uint8_t kEchoReplyV4 = 0;
constexpr std::uint8_t kEchoReplyV6 = 129;

/// A socket address of either family.
struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = sizeof(sockaddr_storage);

  [[nodiscard]] sockaddr* get() noexcept { return reinterpret_cast<sockaddr*>(&storage); }
};

SocketAddress to_socket_address(const base::Address& address) noexcept {
  SocketAddress made;
  const auto bytes = address.bytes();
  if (address.is_v4()) {
    auto& v4 = reinterpret_cast<sockaddr_in&>(made.storage);
    v4.sin_family = AF_INET;
    std::memcpy(&v4.sin_addr, bytes.data(), bytes.size());
    made.size = sizeof v4;
  } else {
    auto& v6 = reinterpret_cast<sockaddr_in6&>(made.storage);
    v6.sin6_family = AF_INET6;
    std::memcpy(&v6.sin6_addr, bytes.data(), bytes.size());
    made.size = sizeof v6;
  }
  return made;
}

base::Address to_address(const sockaddr_storage& storage, base::Family family) noexcept {
  std::array<std::uint8_t, 16> bytes{};
  if (family == base::Family::V4)
    std::memcpy(bytes.data(), &reinterpret_cast<const sockaddr_in&>(storage).sin_addr, 4);
  else
    std::memcpy(bytes.data(), &reinterpret_cast<const sockaddr_in6&>(storage).sin6_addr, 16);
  return {family, bytes};
}

template <class Value>
bool set_option(int socket, int level, int name, const Value& value) noexcept {
  return ::setsockopt(socket, level, name, &value, sizeof value) == 0;
}

/// Of raw sockets, which would get all of this machine's ICMP.
bool take_replies_only(int socket, base::Family family) noexcept {
  if (family == base::Family::V4)
    return set_option(socket, SOL_RAW, ICMP_FILTER, icmp_filter{~(1U << kEchoReplyV4)});
  icmp6_filter filter{};
  std::ranges::fill(filter.data, ~std::uint32_t{0});
  filter.data[kEchoReplyV6 / 32] &= ~(1U << kEchoReplyV6 % 32);
  return set_option(socket, SOL_ICMPV6, ICMPV6_FILTER, filter);
}

bool give_errors_back(int socket, base::Family family) noexcept {
  constexpr int kOn = 1;
  return family == base::Family::V4 ? set_option(socket, SOL_IP, IP_RECVERR, kOn)
                                    : set_option(socket, SOL_IPV6, IPV6_RECVERR, kOn);
}

/// The errno of an ICMP error among what came with its message; 0 when it is none.
int error_among(msghdr& message) noexcept {
  for (cmsghdr* one = CMSG_FIRSTHDR(&message); one != nullptr; one = CMSG_NXTHDR(&message, one)) {
    const bool is_error = (one->cmsg_level == SOL_IP && one->cmsg_type == IP_RECVERR) ||
                          (one->cmsg_level == SOL_IPV6 && one->cmsg_type == IPV6_RECVERR);
    if (!is_error) continue;
    sock_extended_err error{};
    std::memcpy(&error, CMSG_DATA(one), sizeof error);
    const bool is_icmp =
        error.ee_origin == SO_EE_ORIGIN_ICMP || error.ee_origin == SO_EE_ORIGIN_ICMP6;
    return is_icmp ? static_cast<int>(error.ee_errno) : 0;
  }
  return 0;
}

}  // namespace

std::expected<IcmpSocket, std::error_code> IcmpSocket::open(base::Family family) {
  const bool is_v4 = family == base::Family::V4;
  const int domain = is_v4 ? AF_INET : AF_INET6;
  const int protocol = is_v4 ? int{IPPROTO_ICMP} : int{IPPROTO_ICMPV6};
  Kind kind = Kind::Ping;
  Descriptor descriptor(::socket(domain, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol));
  if (!descriptor) {
    kind = Kind::Raw;
    descriptor = Descriptor(::socket(domain, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol));
  }
  if (!descriptor) return std::unexpected(last_error());
  IcmpSocket socket(family, kind, std::move(descriptor));
  if (const auto error = socket.prepare()) return std::unexpected(error);
  return socket;
}

std::error_code IcmpSocket::prepare() noexcept {
  if (!give_errors_back(descriptor(), family_)) return last_error();
  if (kind_ == Kind::Ping) return be_known();
  identifier_ = static_cast<std::uint16_t>(base::entropy());
  return take_replies_only(descriptor(), family_) ? std::error_code{} : last_error();
}

/// The kernel chooses a ping socket's identifier, as it does a port.
std::error_code IcmpSocket::be_known() noexcept {
  SocketAddress own = to_socket_address({family_, {}});
  if (::bind(descriptor(), own.get(), own.size) != 0) return last_error();
  if (::getsockname(descriptor(), own.get(), &own.size) != 0) return last_error();
  const auto port = family_ == base::Family::V4
                        ? reinterpret_cast<const sockaddr_in&>(own.storage).sin_port
                        : reinterpret_cast<const sockaddr_in6&>(own.storage).sin6_port;
  identifier_ = ntohs(port);
  return {};
}

std::error_code IcmpSocket::send(const base::Address& to, std::uint16_t sequence,
                                 std::uint64_t nonce) const noexcept {
  const auto message = render_echo_request(family_, {identifier_, sequence, nonce});
  SocketAddress address = to_socket_address(to);
  int earlier = 0;  // an error that belongs to another request, and would be told of this one
  socklen_t size = sizeof earlier;
  static_cast<void>(::getsockopt(descriptor(), SOL_SOCKET, SO_ERROR, &earlier, &size));
  const auto sent =
      ::sendto(descriptor(), message.data(), message.size(), 0, address.get(), address.size);
  return sent < 0 ? last_error() : std::error_code{};
}

IcmpSocket::Read IcmpSocket::read(Event& event) const noexcept {
  const Read error = read_error(event);
  return error == Read::Nothing ? read_reply(event) : error;
}

IcmpSocket::Read IcmpSocket::read_error(Event& event) const noexcept {
  std::array<std::uint8_t, kEchoSize> quoted{};
  alignas(cmsghdr) std::array<char, 256> control{};
  SocketAddress target;
  iovec piece{quoted.data(), quoted.size()};
  msghdr message{};
  message.msg_name = target.get();
  message.msg_namelen = target.size;
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  const auto size = ::recvmsg(descriptor(), &message, MSG_ERRQUEUE | MSG_DONTWAIT);
  if (size < 0) return Read::Nothing;
  event.error = error_among(message);
  const auto echo =
      read_quoted_request(family_, std::span(quoted).first(static_cast<std::size_t>(size)));
  // A message that was too large for a link says nothing against its target.
  if (!echo || echo->identifier != identifier_ || event.error == 0 || event.error == EMSGSIZE)
    return Read::Noise;
  event.echo = *echo;
  event.address = to_address(target.storage, family_);
  return Read::Event;
}

IcmpSocket::Read IcmpSocket::read_reply(Event& event) const noexcept {
  std::array<std::uint8_t, kLongestIpv4Header + kEchoSize + 1> packet{};  // one more: too long
  SocketAddress from;
  const auto size =
      ::recvfrom(descriptor(), packet.data(), packet.size(), MSG_DONTWAIT, from.get(), &from.size);
  if (size < 0) return errno == EAGAIN || errno == EWOULDBLOCK ? Read::Nothing : Read::Noise;
  std::span<const std::uint8_t> message = std::span(packet).first(static_cast<std::size_t>(size));
  if (kind_ == Kind::Raw && family_ == base::Family::V4) message = without_ipv4_header(message);
  const auto echo = read_echo_reply(family_, message);
  if (!echo || echo->identifier != identifier_) return Read::Noise;
  event = {.address = to_address(from.storage, family_), .echo = *echo};
  return Read::Event;
}

}  // namespace loadstar::health
