#pragma once
// Clients with plain sockets, so that every byte and its time are the test's own.

#include <cstring>
#include <netinet/in.h>
#include <optional>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>

#include "world.hpp"

namespace loadstar::serve::test {

struct ClientOptions {
  int receive_buffer = 0;  ///< bytes; 0 = the system's
  std::optional<base::Endpoint> source = {};
};

/// Connected to the server. Waits for kPatience at most, so that a test fails instead of hanging.
class Client {
 public:
  Client(const base::Endpoint& server, Protocol protocol, const ClientOptions& options = {})
      : fd_(::socket(server.address.is_v4() ? AF_INET : AF_INET6,
                     protocol == Protocol::Udp ? SOCK_DGRAM : SOCK_STREAM, 0)) {
    if (fd_ < 0) throw std::runtime_error("no socket");
    if (options.receive_buffer > 0) {
      ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &options.receive_buffer, sizeof(int));
    }
    if (options.source) bind(*options.source);
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
  /// Whether nothing comes for so long.
  bool is_silent(int milliseconds = 0) { return !ready(POLLIN, milliseconds); }

 private:
  static constexpr int kPatience = 10'000;  // milliseconds
  static constexpr int kShort = 200;

  struct Name {
    sockaddr_storage storage{};
    socklen_t size = 0;
    [[nodiscard]] const sockaddr* get() const {
      return reinterpret_cast<const sockaddr*>(&storage);
    }
  };

  static Name name_of(const base::Endpoint& endpoint) {
    Name name;
    const auto bytes = endpoint.address.bytes();
    if (endpoint.address.is_v4()) {
      auto& in = reinterpret_cast<sockaddr_in&>(name.storage);
      in.sin_family = AF_INET;
      in.sin_port = htons(endpoint.port);
      std::memcpy(&in.sin_addr, bytes.data(), bytes.size());
      name.size = sizeof in;
    } else {
      auto& in = reinterpret_cast<sockaddr_in6&>(name.storage);
      in.sin6_family = AF_INET6;
      in.sin6_port = htons(endpoint.port);
      std::memcpy(&in.sin6_addr, bytes.data(), bytes.size());
      name.size = sizeof in;
    }
    return name;
  }
  void bind(const base::Endpoint& source) const {
    const Name name = name_of(source);
    if (::bind(fd_, name.get(), name.size) != 0) throw std::runtime_error("cannot bind");
  }
  void connect(const base::Endpoint& server) const {
    const Name name = name_of(server);
    if (::connect(fd_, name.get(), name.size) != 0) throw std::runtime_error("cannot connect");
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
