#pragma once

#include <cstdint>
#include <span>

namespace loadstar::serve {

/// What became of an attempt to read or write.
enum class Flow : std::uint8_t {
  Moved,      ///< at least one byte
  WantRead,   ///< nothing until the socket is readable
  WantWrite,  ///< nothing until the socket is writable
  Ended,      ///< the peer has ended its side in order; it may still read
  Broken,
};

struct Transfer {
  Flow flow = Flow::Broken;
  std::size_t bytes = 0;    ///< when Moved
  bool is_drained = false;  ///< when Moved by a read: the socket will tell when there is more
};

/// The bytes of one connection, in the clear or within TLS, over a non-blocking socket that
/// outlives it and belongs to the connection.
class Stream {
 public:
  Stream() = default;
  virtual ~Stream() = default;
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  /// Takes what there is, up to the room given, which is not empty.
  [[nodiscard]] virtual Transfer read(std::span<std::uint8_t> room) noexcept = 0;
  /// Sends what the system takes of bytes that are not empty. What it did not take must come again,
  /// first in the next call.
  [[nodiscard]] virtual Transfer write(std::span<const std::uint8_t> bytes) noexcept = 0;
  /// Whether bytes can be read that the socket will not tell of.
  [[nodiscard]] virtual bool has_buffered() const noexcept = 0;
  /// Whether what comes before the first byte, a handshake, is done.
  [[nodiscard]] virtual bool is_established() const noexcept = 0;
  /// Tells the peer that nothing more comes, if there is a word for it.
  virtual void end() noexcept = 0;
};

}  // namespace loadstar::serve
