#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "loadstar/base/address.hpp"
#include "loadstar/wire/bytes.hpp"

namespace loadstar::wire {

/// An EDNS client subnet (RFC 7871 6). Host bits of the address are zero.
struct ClientSubnet {
  base::Address address;
  std::uint16_t family = 1;  ///< as sent: 1, 2, or 0 (with source 0 only: "no subnet")
  std::uint8_t source_bits = 0;

  friend bool operator==(const ClientSubnet&, const ClientSubnet&) = default;
};

/// Bytes of an address of which so many bits are sent.
[[nodiscard]] constexpr std::size_t client_subnet_bytes(std::uint8_t source_bits) noexcept {
  return (std::size_t{source_bits} + 7) / 8;
}

/// Reads the data of an ECS option of a query: calls `found(address, family, source_bits)`, or
/// returns false when it is malformed in any way of RFC 7871 6 and 7.1.2: too short, family not 1
/// or 2 (0 is accepted with source 0, as some stubs say "no subnet"), source over 32 or 128,
/// address bytes other than ceil(source / 8), bits set after the source prefix, scope not 0.
template <class Found>
[[nodiscard]] inline bool read_client_subnet(std::span<const std::uint8_t> data,
                                             Found&& found) noexcept {
  constexpr std::size_t kFixedData = 4;  // family, source prefix length, scope prefix length
  if (data.size() < kFixedData) return false;
  const std::uint8_t* const end = data.data() + data.size();
  const std::uint8_t source_bits = data[2];
  const std::size_t count = client_subnet_bytes(source_bits);
  if (data[3] != 0 || data.size() != kFixedData + count) return false;
  if (source_bits % 8 != 0 && (end[-1] & 0xff >> source_bits % 8) != 0) return false;
  // The last bytes are read whole, with what stands before the address, which is shifted out.
  const auto last_4 = [&] { return std::uint64_t{read_u32(end - 4)} << 8 * (4 - count); };
  const auto v4 = [&] { return base::Address::v4(static_cast<std::uint32_t>(last_4())); };
  const auto v6 = [&] {
    if (count <= 4) return base::Address::v6(last_4() << 32, 0);
    if (count <= 8) return base::Address::v6(read_u64(end - 8) << 8 * (8 - count), 0);
    return base::Address::v6(read_u64(end - count), read_u64(end - 8) << 8 * (16 - count));
  };
  const std::uint16_t family = read_u16(data.data());
  if (family == 1 && source_bits <= 32) return found(v4(), family, source_bits), true;
  if (family == 2 && source_bits <= 128) return found(v6(), family, source_bits), true;
  if (family == 0 && source_bits == 0) return found(base::Address(), family, source_bits), true;
  return false;
}
[[nodiscard]] inline std::optional<ClientSubnet> read_client_subnet(
    std::span<const std::uint8_t> data) noexcept {
  ClientSubnet subnet;
  const auto keep = [&](const base::Address& address, std::uint16_t family, std::uint8_t bits) {
    subnet = {address, family, bits};
  };
  if (!read_client_subnet(data, keep)) return std::nullopt;
  return subnet;
}

/// Bytes of the option that answers `subnet`, with its 4-byte option header.
[[nodiscard]] std::size_t client_subnet_size(const ClientSubnet& subnet) noexcept;

/// Writes option header and data with family, source and address as asked and the scope; returns
/// the bytes written.
std::size_t write_client_subnet(const ClientSubnet& subnet, std::uint8_t scope_bits,
                                std::uint8_t* out) noexcept;

}  // namespace loadstar::wire
