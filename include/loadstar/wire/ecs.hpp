#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "loadstar/base/address.hpp"

namespace loadstar::wire {

/// An EDNS client subnet (RFC 7871 6). Host bits of the address are zero.
struct ClientSubnet {
  base::Address address;
  std::uint16_t family = 1;  ///< as sent: 1, 2, or 0 (with source 0 only: "no subnet")
  std::uint8_t source_bits = 0;

  friend bool operator==(const ClientSubnet&, const ClientSubnet&) = default;
};

/// Reads the data of an ECS option of a query. nullopt when it is malformed in any way of RFC 7871
/// 6 and 7.1.2: too short, family not 1 or 2 (0 is accepted with source 0), source over 32 or 128,
/// address bytes other than ceil(source / 8), bits set after the source prefix, scope not 0.
[[nodiscard]] std::optional<ClientSubnet> read_client_subnet(
    std::span<const std::uint8_t> data) noexcept;

/// Bytes of the option that answers `subnet`, with its 4-byte option header.
[[nodiscard]] std::size_t client_subnet_size(const ClientSubnet& subnet) noexcept;

/// Writes option header and data with family, source and address as asked and the scope; returns
/// the bytes written.
std::size_t write_client_subnet(const ClientSubnet& subnet, std::uint8_t scope_bits,
                                std::uint8_t* out) noexcept;

}  // namespace loadstar::wire
