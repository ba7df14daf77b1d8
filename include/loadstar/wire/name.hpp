#pragma once
// Domain names as wire bytes (RFC 1035 3.1): length-prefixed labels ending in the root's zero byte.
// Labels may hold any byte; only A-Z fold (RFC 4343).

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace loadstar::wire {

inline constexpr std::size_t kMaxNameLength =
    255;  ///< bytes with length bytes and root (RFC 1035 2.3.4)
inline constexpr std::size_t kMaxLabelLength = 63;
inline constexpr std::size_t kMaxLabels = 127;

/// A complete name, always valid, owned inline: no heap.
class Name {
 public:
  /// The root. What stands behind a name's end is never read, so it is not cleared.
  Name() noexcept { bytes_[0] = 0; }  // NOLINT(cppcoreguidelines-pro-type-member-init)

  /// From presentation format with RFC 1035 5.1 escapes (\. \\ \DDD). With a final dot it is
  /// absolute, else `origin` is appended; "@" is the origin. Case is kept. Bytes that are not
  /// printable ASCII, and the space, must be escaped. The error is a phrase such as `"a..b" has an
  /// empty label`.
  [[nodiscard]] static std::expected<Name, std::string> parse(std::string_view text,
                                                              const Name& origin);
  /// From complete uncompressed wire bytes; nullopt when they are not exactly one valid name.
  [[nodiscard]] static std::optional<Name> from_wire(std::span<const std::uint8_t> bytes) noexcept;

  /// Valid as long as the name lives.
  [[nodiscard]] std::span<const std::uint8_t> bytes() const noexcept {
    return {bytes_.data(), length_};
  }
  [[nodiscard]] std::size_t length() const noexcept { return length_; }
  [[nodiscard]] std::size_t label_count() const noexcept;  ///< without the root
  [[nodiscard]] bool is_root() const noexcept { return length_ == 1; }
  [[nodiscard]] bool is_wildcard() const noexcept {
    return length_ > 2 && bytes_[0] == 1 && bytes_[1] == '*';
  }

  [[nodiscard]] Name lowered() const noexcept;
  /// Without the first label; the root's parent is the root.
  [[nodiscard]] Name parent() const noexcept;
  /// `label` put before this name; nullopt when it would be too long.
  [[nodiscard]] std::optional<Name> child(std::string_view label) const noexcept;
  /// This name is `ancestor` or below it. Both must be lowered.
  [[nodiscard]] bool is_within(const Name& ancestor) const noexcept;

  /// Absolute presentation form with escapes and the final dot.
  [[nodiscard]] std::string to_string() const;

  /// Byte by byte: names that differ in case only are equal once both are lowered.
  friend bool operator==(const Name& a, const Name& b) noexcept {
    return a.length_ == b.length_ && std::memcmp(a.bytes_.data(), b.bytes_.data(), a.length_) == 0;
  }

 private:
  std::array<std::uint8_t, kMaxNameLength> bytes_;
  std::uint8_t length_ = 1;
};

/// Length of the uncompressed name at the start of `bytes`, with its root byte; 0 when it is not
/// valid: a label over 63 bytes, a compression pointer or reserved label type, over 255 bytes, or
/// past the end. At most 128 steps.
[[nodiscard]] inline std::size_t name_length(std::span<const std::uint8_t> bytes) noexcept {
  const std::size_t limit = std::min(bytes.size(), kMaxNameLength);
  for (std::size_t at = 0; at < limit;) {
    const std::size_t label = bytes[at];
    if (label == 0) return at + 1;
    if (label > kMaxLabelLength) return 0;
    at += label + 1;
  }
  return 0;
}

/// A-Z to a-z; every other byte is its own lower case (RFC 4343 3).
[[nodiscard]] constexpr std::uint8_t lower_byte(std::uint8_t byte) noexcept {
  const bool upper = static_cast<std::uint8_t>(byte - 'A') < 26;
  return static_cast<std::uint8_t>(byte | (upper ? 0x20 : 0));
}

/// Lowers 16 bytes in place; compilers make five vector instructions of it.
inline constexpr std::size_t kLowerBlock = 16;
inline void lower_block(std::array<std::uint8_t, kLowerBlock>& block) noexcept {
  for (std::uint8_t& byte : block) byte = lower_byte(byte);
}

/// Whether `length` bytes are the same, for what is as short as a name is.
[[nodiscard]] inline bool same_bytes(const std::uint8_t* a, const std::uint8_t* b,
                                     std::size_t length) noexcept {
  constexpr std::size_t kBlock = 16;
  constexpr std::size_t kHalf = 8;
  if (length >= kBlock) {
    const std::uint8_t* const last = a + length - kBlock;
    const std::uint8_t* const last_b = b + length - kBlock;
    for (; a < last; a += kBlock, b += kBlock)
      if (std::memcmp(a, b, kBlock) != 0) return false;
    return std::memcmp(last, last_b, kBlock) == 0;
  }
  if (length >= kHalf)
    return std::memcmp(a, b, kHalf) == 0 &&
           std::memcmp(a + length - kHalf, b + length - kHalf, kHalf) == 0;
  return std::memcmp(a, b, length) == 0;
}

/// Room for a lowered name that is later read in blocks of 16 bytes.
inline constexpr std::size_t kLoweredRoom = 272;

/// Copies a valid name of `length` bytes with A-Z folded to a-z. Length bytes are below 'A' and
/// pass through unchanged. Reads and writes exactly `length` bytes: the last block overlaps the one
/// before it.
inline void lower_name(const std::uint8_t* from, std::size_t length, std::uint8_t* to) noexcept {
  std::array<std::uint8_t, kLowerBlock> block;
  if (length >= kLowerBlock) {
    const auto lower_16 = [&](const std::uint8_t* at, std::uint8_t* out) {
      std::memcpy(block.data(), at, kLowerBlock);
      lower_block(block);
      std::memcpy(out, block.data(), kLowerBlock);
    };
    const std::uint8_t* const last = from + length - kLowerBlock;
    std::uint8_t* const last_out = to + length - kLowerBlock;
    for (; from < last; from += kLowerBlock, to += kLowerBlock) lower_16(from, to);
    return lower_16(last, last_out);
  }
  if (length >= kLowerBlock / 2) {
    constexpr std::size_t kHalf = kLowerBlock / 2;
    std::memcpy(block.data(), from, kHalf);
    std::memcpy(block.data() + kHalf, from + length - kHalf, kHalf);
    lower_block(block);
    std::memcpy(to, block.data(), kHalf);
    std::memcpy(to + length - kHalf, block.data() + kHalf, kHalf);
    return;
  }
  for (std::size_t i = 0; i < length; ++i) to[i] = lower_byte(from[i]);
}

}  // namespace loadstar::wire
