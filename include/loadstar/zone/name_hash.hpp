#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace loadstar::zone {

/// A keyed hash of a lowered wire name: two 64-bit words a multiplication, in the manner of wyhash.
/// The key is secret and of this process, so that nobody can choose names that collide.
class NameHash {
 public:
  explicit NameHash(std::uint64_t key) noexcept : key_(key) {}

  /// `length` is at least 1. Reads exactly `length` bytes.
  [[nodiscard]] std::uint64_t operator()(const std::uint8_t* name,
                                         std::size_t length) const noexcept {
    if (length <= 16) return finish(short_words(name, length), key_, length);
    std::uint64_t state = key_;
    const std::uint8_t* const last = name + length - 16;
    for (; name < last; name += 16) state = multiply(word(name) ^ kFirst, word(name + 8) ^ state);
    return finish({word(last), word(last + 8)}, state, length);
  }

 private:
  struct Words {
    std::uint64_t a;
    std::uint64_t b;
  };
  static constexpr std::uint64_t kFirst = 0xa0761d6478bd642fULL;
  static constexpr std::uint64_t kSecond = 0xe7037ed1a0b428dbULL;

  static std::uint64_t word(const std::uint8_t* at) noexcept {
    std::uint64_t value = 0;
    std::memcpy(&value, at, 8);
    return value;
  }
  static std::uint64_t half(const std::uint8_t* at) noexcept {
    std::uint32_t value = 0;
    std::memcpy(&value, at, 4);
    return value;
  }
  static Words short_words(const std::uint8_t* name, std::size_t length) noexcept {
    if (length >= 8) return {word(name), word(name + length - 8)};
    if (length >= 4) return {half(name), half(name + length - 4)};
    return {static_cast<std::uint64_t>(name[0]) << 16 |
                static_cast<std::uint64_t>(name[length / 2]) << 8 | name[length - 1],
            0};
  }
  static std::uint64_t multiply(std::uint64_t a, std::uint64_t b) noexcept {
    __extension__ using Wide = unsigned __int128;
    const Wide product = static_cast<Wide>(a) * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
  }
  static std::uint64_t finish(Words words, std::uint64_t state, std::size_t length) noexcept {
    return multiply(kSecond ^ length, multiply(words.a ^ kFirst, words.b ^ state));
  }

  std::uint64_t key_;
};

}  // namespace loadstar::zone
