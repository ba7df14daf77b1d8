#pragma once
// Clients with plain sockets, so that every byte and its time are the test's own.

#include <cstring>
#include <netinet/in.h>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>

#include "world.hpp"

namespace loadstar::serve::test {

/// Connected to the server. Waits for kPatience at most, so that a test fails instead of hanging.
class Client {
 public:
  Client(const base::Endpoint& server, Protocol protocol, int receive_buffer = 0)
      : fd_(::socket(server.address.is_v4() ? AF_INET : AF_INET6,
                     protocol == Protocol::Udp ? SOCK_DGRAM : SOCK_STREAM, 0)) {
    if (fd_ < 0) throw std::runtime_error("no socket");
    if (receive_buffer > 0) {
      ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    }
    connect(server);
  }
  ~Client() { ::close(fd_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  void send(const Bytes& bytes) {
    for (std::size_t sent = 0; sent < bytes.size();) {
      if (!ready(POLLOUT, kPatience)) throw std::runtime_error("cannot send");
      const ssize_t size = ::send(fd_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
      if (size < 0) throw std::runtime_error("cannot send");
      sent += static_cast<std::size_t>(size);
    }
  }
  /// Until the system takes no more because the server has stopped reading. Returns how much it
  /// took.
  std::size_t send_until_blocked(const Bytes& bytes) {
    std::size_t sent = 0;
    while (sent < bytes.size() && ready(POLLOUT, kShort)) {
      const ssize_t size =
          ::send(fd_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
      if (size <= 0) break;
      sent += static_cast<std::size_t>(size);
    }
    return sent;
  }
  void end_sending() { ::shutdown(fd_, SHUT_WR); }

  /// Empty when none comes.
  Bytes receive_datagram() {
    Bytes bytes(65'536);
    if (!ready(POLLIN, kPatience)) return {};
    const ssize_t size = ::recv(fd_, bytes.data(), bytes.size(), 0);
    bytes.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
    return bytes;
  }
  /// Without its length; empty when the server closes.
  Bytes receive_message() {
    const Bytes length = receive_exactly(2);
    if (length.empty()) return {};
    return receive_exactly(static_cast<std::size_t>(length[0] << 8 | length[1]));
  }
  /// Whether the server closes the connection and sends nothing more before.
  bool is_closed() {
    std::uint8_t byte = 0;
    return ready(POLLIN, kPatience) && ::recv(fd_, &byte, 1, 0) <= 0;
  }
  bool is_silent() { return !ready(POLLIN, 0); }

 private:
  static constexpr int kPatience = 10'000;  // milliseconds
  static constexpr int kShort = 200;

  void connect(const base::Endpoint& server) {
    sockaddr_storage name{};
    socklen_t size = 0;
    const auto bytes = server.address.bytes();
    if (server.address.is_v4()) {
      auto& in = reinterpret_cast<sockaddr_in&>(name);
      in.sin_family = AF_INET;
      in.sin_port = htons(server.port);
      std::memcpy(&in.sin_addr, bytes.data(), bytes.size());
      size = sizeof in;
    } else {
      auto& in = reinterpret_cast<sockaddr_in6&>(name);
      in.sin6_family = AF_INET6;
      in.sin6_port = htons(server.port);
      std::memcpy(&in.sin6_addr, bytes.data(), bytes.size());
      size = sizeof in;
    }
    if (::connect(fd_, reinterpret_cast<const sockaddr*>(&name), size) != 0) {
      throw std::runtime_error("cannot connect");
    }
  }
  [[nodiscard]] bool ready(short events, int milliseconds) const {
    pollfd one{fd_, events, 0};
    return ::poll(&one, 1, milliseconds) == 1;
  }
  Bytes receive_exactly(std::size_t size) {
    Bytes bytes(size);
    for (std::size_t have = 0; have < size;) {
      if (!ready(POLLIN, kPatience)) return {};
      const ssize_t got = ::recv(fd_, bytes.data() + have, size - have, 0);
      if (got <= 0) return {};
      have += static_cast<std::size_t>(got);
    }
    return bytes;
  }

  int fd_;
};

}  // namespace loadstar::serve::test
