#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <limits>
#include <span>
#include <vector>

#include "loadstar/wire/bytes.hpp"
#include "loadstar/wire/message.hpp"

namespace loadstar::serve {

/// The largest DNS message, and the length that stands before each on TCP (RFC 1035 4.2.2).
inline constexpr std::size_t kMaxMessage = std::numeric_limits<std::uint16_t>::max();
inline constexpr std::size_t kLengthSize = 2;

enum class FrameError : std::uint8_t {
  Incomplete,  ///< more has to come
  BadLength,   ///< one that no message can have: the framing is lost, or this is not DNS
};

/// The first message of what has come over TCP, without its length.
[[nodiscard]] inline std::expected<std::span<const std::uint8_t>, FrameError> first_message(
    std::span<const std::uint8_t> input) noexcept {
  if (input.size() < kLengthSize) return std::unexpected(FrameError::Incomplete);
  const std::size_t length = wire::read_u16(input.data());
  if (length < wire::kHeaderSize) return std::unexpected(FrameError::BadLength);
  if (length > input.size() - kLengthSize) return std::unexpected(FrameError::Incomplete);
  return input.subspan(kLengthSize, length);
}

/// What a connection has received and not answered: an incomplete message, or what came before the
/// peer stopped reading. Has memory only while there is some.
class TcpInput {
 public:
  /// The most that it keeps. Larger than the largest message, so that every read makes progress.
  static constexpr std::size_t kMost = 2 * (kLengthSize + kMaxMessage);

  /// How much may be received next: not 0 while what is kept is one incomplete message.
  [[nodiscard]] std::size_t room() const noexcept { return kMost - kept_.size(); }

  /// What is kept with what has been received now behind it, at most room(). Lies in the one or in
  /// the other, until the next call.
  [[nodiscard]] std::span<const std::uint8_t> join(std::span<const std::uint8_t> received) {
    if (kept_.empty()) return received;
    kept_.insert(kept_.end(), received.begin(), received.end());
    return kept_;
  }

  /// Keeps only `rest`, the end of what join() or kept() has returned.
  void keep(std::span<const std::uint8_t> rest) {
    if (rest.size() == kept_.size()) return;  // nothing has changed
    kept_ = std::vector(rest.begin(), rest.end());
  }

  [[nodiscard]] std::span<const std::uint8_t> kept() const noexcept { return kept_; }
  [[nodiscard]] std::size_t held_bytes() const noexcept { return kept_.capacity(); }

 private:
  std::vector<std::uint8_t> kept_;
};

}  // namespace loadstar::serve
