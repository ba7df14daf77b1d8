#include "plain_stream.hpp"

#include <cerrno>
#include <sys/socket.h>

namespace loadstar::serve {
namespace {

Transfer moved(ssize_t size) noexcept { return {Flow::Moved, static_cast<std::size_t>(size)}; }

/// What errno says of a call that failed; ENOBUFS and ENOMEM pass.
Flow failure(Flow when_blocked) noexcept {
  switch (errno) {
    case EAGAIN:
    case EINTR:
    case ENOBUFS:
    case ENOMEM: return when_blocked;
    default: return Flow::Broken;
  }
}

}  // namespace

Transfer PlainStream::read(std::span<std::uint8_t> room) noexcept {
  const ssize_t size = ::recv(fd_, room.data(), room.size(), MSG_DONTWAIT);
  if (size > 0) return moved(size);
  return {size == 0 ? Flow::Ended : failure(Flow::WantRead)};
}

Transfer PlainStream::write(std::span<const std::uint8_t> bytes) noexcept {
  const ssize_t size = ::send(fd_, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  return size > 0 ? moved(size) : Transfer{failure(Flow::WantWrite)};
}

}  // namespace loadstar::serve
