#include "plain_stream.hpp"

#include <cerrno>
#include <sys/socket.h>

namespace loadstar::serve {
namespace {

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
  if (size <= 0) return {size == 0 ? Flow::Ended : failure(Flow::WantRead)};
  const auto bytes = static_cast<std::size_t>(size);
  return {.flow = Flow::Moved, .bytes = bytes, .is_drained = bytes < room.size()};
}

Transfer PlainStream::write(std::span<const std::uint8_t> bytes) noexcept {
  const ssize_t size = ::send(fd_, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  if (size <= 0) return {failure(Flow::WantWrite)};
  return {Flow::Moved, static_cast<std::size_t>(size)};
}

}  // namespace loadstar::serve
