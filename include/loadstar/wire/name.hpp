#pragma once
// Domain names as wire bytes (RFC 1035 3.1): length-prefixed labels ending in the root's zero byte. Labels may hold any byte; only
// A-Z fold (RFC 4343).

#include <array>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace loadstar::wire {

inline constexpr std::size_t kMaxNameLength = 255;  ///< bytes with length bytes and root (RFC 1035 2.3.4)
inline constexpr std::size_t kMaxLabelLength = 63;
inline constexpr std::size_t kMaxLabels = 127;

/// A complete name, always valid, owned inline: no heap.
class Name {
 public:
  Name() = default;  ///< the root

  /// From presentation format with RFC 1035 5.1 escapes (\. \\ \DDD). With a final dot it is absolute, else `origin` is appended;
  /// "@" is the origin. Case is kept. The error is a phrase such as `"a..b" has an empty label`.
  [[nodiscard]] static std::expected<Name, std::string> parse(std::string_view text,
                                                              const Name& origin);
  /// From complete uncompressed wire bytes; nullopt when they are not exactly one valid name.
  [[nodiscard]] static std::optional<Name> from_wire(std::span<const std::uint8_t> bytes) noexcept;

  /// Valid as long as the name lives.
  [[nodiscard]] std::span<const std::uint8_t> bytes() const noexcept { return {bytes_.data(), length_}; }
  [[nodiscard]] std::size_t length() const noexcept { return length_; }
  [[nodiscard]] std::size_t label_count() const noexcept;  ///< without the root
  [[nodiscard]] bool is_root() const noexcept { return length_ == 1; }
  [[nodiscard]] bool is_wildcard() const noexcept { return length_ > 2 && bytes_[0] == 1 && bytes_[1] == '*'; }

  [[nodiscard]] Name lowered() const noexcept;
  /// Without the first label; the root's parent is the root.
  [[nodiscard]] Name parent() const noexcept;
  /// `label` put before this name; nullopt when it would be too long.
  [[nodiscard]] std::optional<Name> child(std::string_view label) const noexcept;
  /// This name is `ancestor` or below it. Both must be lowered.
  [[nodiscard]] bool is_within(const Name& ancestor) const noexcept;

  /// Absolute presentation form with escapes and the final dot.
  [[nodiscard]] std::string to_string() const;

  friend bool operator==(const Name& a, const Name& b) noexcept;

 private:
  std::array<std::uint8_t, kMaxNameLength> bytes_{};
  std::uint8_t length_ = 1;
};

/// Length of the uncompressed name at the start of `bytes`, with its root byte; 0 when it is not valid: a label over 63 bytes, a
/// compression pointer or reserved label type, over 255 bytes, or past the end.
[[nodiscard]] std::size_t name_length(std::span<const std::uint8_t> bytes) noexcept;

/// Copies a valid name of `length` bytes, A-Z folded to a-z. Length bytes are below 'A' and pass through unchanged. May write up to
/// 15 bytes past the name, up to kLoweredRoom in all; `to` must have that room.
inline constexpr std::size_t kLoweredRoom = 272;
void lower_name(const std::uint8_t* from, std::size_t length, std::uint8_t* to) noexcept;

}  // namespace loadstar::wire
