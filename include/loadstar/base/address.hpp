#pragma once
// IP addresses and prefixes as values: parsed once at the edge, compared and hashed as bytes from then on.

#include <array>
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

/// An IPv4 or IPv6 address in network byte order. Bytes past the family's length are always zero, so that comparison is by
/// value.
class Address {
 public:
  constexpr Address() = default;
  /// From network-order bytes; fewer than the family's length leave the rest zero (as an EDNS client subnet does).
  Address(Family family, std::span<const std::uint8_t> bytes) noexcept;

  [[nodiscard]] static Address v4(std::uint32_t host_order) noexcept;

  /// Accepts exactly what inet_pton accepts; no zone index, no port.
  [[nodiscard]] static std::optional<Address> parse(std::string_view text);

  [[nodiscard]] Family family() const noexcept { return family_; }
  [[nodiscard]] bool is_v4() const noexcept { return family_ == Family::V4; }
  /// 4 or 16 bytes; valid as long as the address lives.
  [[nodiscard]] std::span<const std::uint8_t> bytes() const noexcept {
    return {bytes_.data(), is_v4() ? 4U : 16U};
  }
  /// The IPv4 address as a number; 0 for IPv6.
  [[nodiscard]] std::uint32_t v4_number() const noexcept;
  /// The upper (0) or lower (1) 64 bits of an IPv6 address as a number.
  [[nodiscard]] std::uint64_t v6_half(unsigned which) const noexcept;

  /// Keeps the first `bits` bits and clears the rest; bits beyond the family's length keep all.
  [[nodiscard]] Address masked(unsigned bits) const noexcept;

  [[nodiscard]] std::string to_string() const;

  friend constexpr bool operator==(const Address&, const Address&) = default;
  friend constexpr auto operator<=>(const Address&, const Address&) = default;

 private:
  Family family_ = Family::V4;
  std::array<std::uint8_t, 16> bytes_{};
};

/// An IPv4 address that an IPv6 address carries, and how many bits stand before it, so that a prefix length within the IPv4
/// address can be turned into one of the IPv6 address.
struct EmbeddedV4 {
  Address address;
  std::uint8_t bits_before = 0;
};

/// v4-mapped (RFC 4291 2.5.5.2), 64:ff9b::/96 (RFC 6052), 6to4 (RFC 3056) and Teredo (RFC 4380; the client's address).
[[nodiscard]] std::optional<EmbeddedV4> embedded_v4(const Address& address) noexcept;

/// An address block in CIDR form. Host bits are always zero.
struct Prefix {
  Address address;
  std::uint8_t bits = 0;

  /// "192.0.2.0/24", "2001:db8::/32" or a single address. The error says what is wrong, in the style of a diagnostic:
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
