#pragma once
// Sockets as the kernel has them, with the options that DNS needs.

#include <netinet/in.h>
#include <sys/socket.h>
#include <utility>

#include "loadstar/base/address.hpp"
#include "loadstar/serve/server.hpp"

namespace loadstar::serve {

/// Owns a descriptor.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) noexcept : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Fd();

  [[nodiscard]] int get() const noexcept { return fd_; }
  [[nodiscard]] bool valid() const noexcept { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

/// Opens and binds for one worker; TCP sockets listen, receiving from UDP sockets waits 100 ms.
/// Others may bind the same address if they share it the same way. Throws base::ConfigError naming
/// address and protocol.
[[nodiscard]] Fd open_shared(const Listening& listening);

/// Throws as open_shared does when another process has the address, which SO_REUSEPORT would hide.
/// Returns the address with the port that the system chose for port 0.
[[nodiscard]] base::Endpoint claim(const Listening& listening);

/// 0.0.0.0 or [::], which stand for all addresses of the machine.
[[nodiscard]] inline bool is_wildcard(const base::Address& address) noexcept {
  return address == address.masked(0);
}

/// Sets `address` to that in a sockaddr_in or sockaddr_in6.
inline void read_address(const sockaddr_storage& name, base::Address& address) noexcept {
  if (name.ss_family == AF_INET)
    address = base::Address::v4(ntohl(reinterpret_cast<const sockaddr_in&>(name).sin_addr.s_addr));
  else
    address = {base::Family::V6, reinterpret_cast<const sockaddr_in6&>(name).sin6_addr.s6_addr};
}

}  // namespace loadstar::serve
