#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace loadstar::base {

/// A 128-bit key as SipHash reads it.
struct SipKey {
  std::uint64_t low = 0;
  std::uint64_t high = 0;

  friend bool operator==(const SipKey&, const SipKey&) = default;
};

/// SipHash-2-4 (Aumasson and Bernstein, 2012): a MAC of 64 bits for short inputs. As bytes, the
/// result stands in little-endian order.
class SipHash {
 public:
  explicit SipHash(const SipKey& key) noexcept
      : v0_(key.low ^ 0x736f6d6570736575ULL),
        v1_(key.high ^ 0x646f72616e646f6dULL),
        v2_(key.low ^ 0x6c7967656e657261ULL),
        v3_(key.high ^ 0x7465646279746573ULL) {}

  [[nodiscard]] std::uint64_t operator()(std::span<const std::uint8_t> bytes) && noexcept {
    const std::uint64_t length = bytes.size();
    for (; bytes.size() >= 8; bytes = bytes.subspan(8)) absorb(load<std::uint64_t>(bytes.data()));
    return finish(tail(bytes), length);
  }

  // Piece by piece, for inputs of a known length: every eight bytes, as load() has them, then what
  // is left of them and how many there were.
  void absorb(std::uint64_t word) noexcept {
    v3_ ^= word;
    round();
    round();
    v0_ ^= word;
  }
  [[nodiscard]] std::uint64_t finish(std::uint64_t rest, std::uint64_t length) noexcept {
    absorb(rest | length << 56);
    v2_ ^= 0xff;
    round();
    round();
    round();
    round();
    return v0_ ^ v1_ ^ v2_ ^ v3_;
  }
  template <class Number>
  [[nodiscard]] static Number load(const std::uint8_t* at) noexcept {
    Number number{};
    std::memcpy(&number, at, sizeof number);
    return std::endian::native == std::endian::little ? number : std::byteswap(number);
  }

 private:
  /// Fewer than eight bytes as a number.
  static std::uint64_t tail(std::span<const std::uint8_t> bytes) noexcept {
    std::uint64_t word = 0;
    std::size_t at = 0;
    if ((bytes.size() & 4) != 0) {
      word = load<std::uint32_t>(bytes.data());
      at = 4;
    }
    for (; at < bytes.size(); ++at) word |= std::uint64_t{bytes[at]} << 8 * at;
    return word;
  }
  void round() noexcept {
    v0_ += v1_;
    v2_ += v3_;
    v1_ = std::rotl(v1_, 13) ^ v0_;
    v3_ = std::rotl(v3_, 16) ^ v2_;
    v0_ = std::rotl(v0_, 32);
    v2_ += v1_;
    v0_ += v3_;
    v1_ = std::rotl(v1_, 17) ^ v2_;
    v3_ = std::rotl(v3_, 21) ^ v0_;
    v2_ = std::rotl(v2_, 32);
  }

  std::uint64_t v0_;
  std::uint64_t v1_;
  std::uint64_t v2_;
  std::uint64_t v3_;
};

}  // namespace loadstar::base
