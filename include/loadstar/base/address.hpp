#pragma once
// IP addresses and prefixes as values: parsed once at the edge, compared and hashed as bytes from
// then on.

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace loadstar::base {

enum class Family : std::uint8_t { V4, V6 };

/// Bits of an address of the family: 32 or 128.
[[nodiscard]] constexpr std::uint8_t bits_of(Family family) noexcept {
  return family == Family::V4 ? 32 : 128;
}

/// An IPv4 or IPv6 address in network byte order. Bytes past the family's length are always zero,
/// so that comparison is by value.
class Address {
 public:
  // Spelled out: a defaulted one clears its padding, too, by a slow loop.
  constexpr Address() noexcept : family_(Family::V4), bytes_{} {}
  /// From network-order bytes; fewer than the family's length leave the rest zero (as an EDNS
  /// client subnet does).
  Address(Family family, std::span<const std::uint8_t> bytes) noexcept : family_(family), bytes_{} {
    const std::size_t limit = family == Family::V4 ? 4 : 16;
    const std::size_t size = bytes.size() < limit ? bytes.size() : limit;
    if (size != 0) std::memcpy(bytes_.data(), bytes.data(), size);
  }

  [[nodiscard]] static Address v4(std::uint32_t number) noexcept {
    return {Family::V4, in_network_order(std::uint64_t{number} << 32), 0};
  }
  /// By its upper and lower 64 bits.
  [[nodiscard]] static Address v6(std::uint64_t high, std::uint64_t low) noexcept {
    return {Family::V6, in_network_order(high), in_network_order(low)};
  }

  /// Accepts exactly what inet_pton accepts; no zone index, no port.
  [[nodiscard]] static std::optional<Address> parse(std::string_view text);

  [[nodiscard]] Family family() const noexcept { return family_; }
  [[nodiscard]] bool is_v4() const noexcept { return family_ == Family::V4; }
  /// 4 or 16 bytes; valid as long as the address lives.
  [[nodiscard]] std::span<const std::uint8_t> bytes() const noexcept {
    return {bytes_.data(), is_v4() ? 4U : 16U};
  }
  /// The IPv4 address as a number; 0 for IPv6.
  [[nodiscard]] std::uint32_t v4_number() const noexcept {
    return is_v4() ? big_endian<std::uint32_t>(0) : 0;
  }
  /// The upper (0) or lower (1) 64 bits of an IPv6 address as a number.
  [[nodiscard]] std::uint64_t v6_half(unsigned which) const noexcept {
    return big_endian<std::uint64_t>(which == 0 ? 0 : 8);
  }

  /// Keeps the first `bits` bits and clears the rest; bits beyond the family's length keep all.
  [[nodiscard]] Address masked(unsigned bits) const noexcept;

  [[nodiscard]] std::string to_string() const;

  friend constexpr bool operator==(const Address&, const Address&) = default;
  friend constexpr auto operator<=>(const Address&, const Address&) = default;

 private:
  /// By the bytes of two words as they stand in memory.
  Address(Family family, std::uint64_t first, std::uint64_t second) noexcept : family_(family) {
    std::memcpy(bytes_.data(), &first, sizeof first);
    std::memcpy(bytes_.data() + 8, &second, sizeof second);
  }
  template <class Number>
  static Number in_network_order(Number value) noexcept {
    return std::endian::native == std::endian::little ? std::byteswap(value) : value;
  }
  template <class Number>
  [[nodiscard]] Number big_endian(std::size_t from) const noexcept {
    Number value{};
    std::memcpy(&value, bytes_.data() + from, sizeof value);
    return in_network_order(value);
  }

  Family family_;
  alignas(8) std::array<std::uint8_t, 16> bytes_;  // aligned: two words to clear, copy, compare
};

/// An IPv4 address that an IPv6 address carries, and how many bits stand before it, so that a
/// prefix length within the IPv4 address can be turned into one of the IPv6 address.
struct EmbeddedV4 {
  Address address;
  std::uint8_t bits_before = 0;
};

/// A block of IPv6 addresses that carry an IPv4 address, as numbers.
struct Embedding {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  std::uint8_t bits = 0;         ///< length of the block
  std::uint8_t bits_before = 0;  ///< where the IPv4 address starts
  std::uint32_t flip = 0;        ///< bits that are stored inverted
};

/// v4-mapped (RFC 4291 2.5.5.2), 64:ff9b::/96 (RFC 6052), 6to4 (RFC 3056) and Teredo (RFC 4380; the
/// client's address).
inline constexpr std::array<Embedding, 4> kEmbeddings{{
    {0, 0x0000'ffff'0000'0000, 96, 96, 0},
    {0x0064'ff9b'0000'0000, 0, 96, 96, 0},
    {0x2002'0000'0000'0000, 0, 16, 16, 0},
    {0x2001'0000'0000'0000, 0, 32, 96, 0xffff'ffff},
}};

/// False for nearly every address that carries no IPv4 address, after a look at its first bits.
[[nodiscard]] inline bool may_carry_v4(const Address& address) noexcept {
  if (address.is_v4()) return false;
  const std::uint64_t high = address.v6_half(0);
  const auto starts_like = [&](const Embedding& block) {
    const unsigned below = 64U - std::min<unsigned>(block.bits, 32);
    return high >> below == block.high >> below;
  };
  return starts_like(kEmbeddings[0]) || starts_like(kEmbeddings[1]) ||
         starts_like(kEmbeddings[2]) || starts_like(kEmbeddings[3]);
}
static_assert(kEmbeddings.size() == 4);

/// The IPv4 address in an address of one of kEmbeddings.
[[nodiscard]] std::optional<EmbeddedV4> embedded_v4(const Address& address) noexcept;

/// An address block in CIDR form. Host bits are always zero.
struct Prefix {
  Address address;
  std::uint8_t bits = 0;

  /// "192.0.2.0/24", "2001:db8::/32" or a single address. The error says what is wrong, in the
  /// style of a diagnostic:
  /// `"10.0.0.1/8" has bits set after the prefix length; did you mean "10.0.0.0/8"?`.
  [[nodiscard]] static std::expected<Prefix, std::string> parse(std::string_view text);

  [[nodiscard]] bool contains(const Address& other) const noexcept {
    return other.family() == address.family() && other.masked(bits) == address;
  }
  [[nodiscard]] std::string to_string() const;

  friend bool operator==(const Prefix&, const Prefix&) = default;
  friend auto operator<=>(const Prefix&, const Prefix&) = default;
};

/// An address with a port, as sockets and probes want it.
struct Endpoint {
  Address address;
  std::uint16_t port = 0;

  /// "192.0.2.1:53" or "[2001:db8::1]:53"; without a port, `default_port`.
  [[nodiscard]] static std::expected<Endpoint, std::string> parse(std::string_view text,
                                                                  std::uint16_t default_port);
  [[nodiscard]] std::string to_string() const;

  friend bool operator==(const Endpoint&, const Endpoint&) = default;
  friend auto operator<=>(const Endpoint&, const Endpoint&) = default;
};

}  // namespace loadstar::base
