#include "loadstar/wire/ecs.hpp"

#include <cstring>

#include "loadstar/wire/bytes.hpp"
#include "loadstar/wire/edns.hpp"

namespace loadstar::wire {
namespace {

constexpr std::size_t kFixedData = 4;  // family, source prefix length, scope prefix length

constexpr std::size_t address_bytes(std::uint8_t source_bits) noexcept {
  return (std::size_t{source_bits} + 7) / 8;
}

/// The most bits an address of the family has. Some stubs say "no subnet" by family 0, which has
/// none.
std::optional<std::uint8_t> most_bits(std::uint16_t family) noexcept {
  switch (family) {
    case 0: return std::uint8_t{0};
    case 1: return base::bits_of(base::Family::V4);
    case 2: return base::bits_of(base::Family::V6);
    default: return std::nullopt;
  }
}

bool has_bits_after(std::span<const std::uint8_t> address, std::uint8_t bits) noexcept {
  return bits % 8 != 0 && (address.back() & 0xff >> bits % 8) != 0;
}

}  // namespace

std::optional<ClientSubnet> read_client_subnet(std::span<const std::uint8_t> data) noexcept {
  if (data.size() < kFixedData) return std::nullopt;
  const std::uint16_t family = read_u16(data.data());
  const std::uint8_t source_bits = data[2];
  const std::uint8_t scope_bits = data[3];
  const auto address = data.subspan(kFixedData);
  const auto most = most_bits(family);
  if (!most || source_bits > *most || scope_bits != 0) return std::nullopt;
  if (address.size() != address_bytes(source_bits)) return std::nullopt;
  if (has_bits_after(address, source_bits)) return std::nullopt;
  const auto kind = family == 2 ? base::Family::V6 : base::Family::V4;
  return ClientSubnet{base::Address(kind, address), family, source_bits};
}

std::size_t client_subnet_size(const ClientSubnet& subnet) noexcept {
  return kOptionHeaderSize + kFixedData + address_bytes(subnet.source_bits);
}

std::size_t write_client_subnet(const ClientSubnet& subnet, std::uint8_t scope_bits,
                                std::uint8_t* out) noexcept {
  const std::size_t size = client_subnet_size(subnet);
  write_u16(out, option::kEcs);
  write_u16(out + 2, static_cast<std::uint16_t>(size - kOptionHeaderSize));
  write_u16(out + 4, subnet.family);
  out[6] = subnet.source_bits;
  out[7] = scope_bits;
  std::memcpy(out + 8, subnet.address.bytes().data(), address_bytes(subnet.source_bits));
  return size;
}

}  // namespace loadstar::wire
