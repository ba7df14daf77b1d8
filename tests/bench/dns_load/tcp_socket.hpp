#pragma once

#include <cerrno>
#include <cstring>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <span>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

#include "load.hpp"

namespace loadstar::bench {

/// A connection of ours that blocks nobody. Its source is of 127.0.0.0/8 when `source` is not 0, as
/// there are not ports enough on one address for all connections of a run.
class TcpSocket {
 public:
  TcpSocket(const sockaddr_in& server, std::uint32_t source)
      : fd_(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0)) {
    if (fd_ < 0) fail("socket");
    const int yes = 1;
    setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    if (source != 0) bind_to(source);
    const auto* const address = reinterpret_cast<const sockaddr*>(&server);
    if (connect(fd_, address, sizeof server) < 0 && errno != EINPROGRESS) fail("connect");
  }
  TcpSocket(const TcpSocket&) = delete;
  TcpSocket& operator=(const TcpSocket&) = delete;
  ~TcpSocket() { close(fd_); }

  [[nodiscard]] int fd() const noexcept { return fd_; }

  /// What was taken of the bytes.
  std::size_t send(std::span<const std::uint8_t> bytes) {
    const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    return sent > 0 ? static_cast<std::size_t>(sent) : 0;
  }

  enum class State : std::uint8_t { Open, Closed };
  /// Appends what has come, up to 64 KiB.
  State receive(std::vector<std::uint8_t>& into) {
    const std::size_t old = into.size();
    into.resize(old + 65536);
    const ssize_t count = recv(fd_, into.data() + old, 65536, 0);
    into.resize(old + (count > 0 ? static_cast<std::size_t>(count) : 0));
    const bool open = count > 0 || (count < 0 && (errno == EAGAIN || errno == ENOTCONN));
    return open ? State::Open : State::Closed;
  }

 private:
  void bind_to(std::uint32_t source) {
    const int yes = 1;
    setsockopt(fd_, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &yes, sizeof yes);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(source);
    if (bind(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) < 0) fail("bind");
  }

  int fd_;
};

/// Appends a query with its length before it (RFC 1035 4.2.2).
inline void append_framed(std::vector<std::uint8_t>& bytes, std::uint16_t id,
                          const Question& question) {
  const auto& message = question.message;
  const auto high = [](std::size_t value) { return static_cast<std::uint8_t>(value >> 8); };
  const auto low = [](std::size_t value) { return static_cast<std::uint8_t>(value); };
  bytes.insert(bytes.end(), {high(message.size()), low(message.size()), high(id), low(id)});
  bytes.insert(bytes.end(), message.begin() + 2, message.end());
}

/// Calls `use` with each whole message and takes it away.
template <typename Use>
void take_framed(std::vector<std::uint8_t>& bytes, Use use) {
  std::size_t at = 0;
  while (bytes.size() - at >= 2) {
    const auto length = static_cast<std::size_t>(bytes[at] << 8 | bytes[at + 1]);
    if (length > bytes.size() - at - 2) break;
    use(std::span(bytes).subspan(at + 2, length));
    at += 2 + length;
  }
  bytes.erase(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(at));
}

}  // namespace loadstar::bench
