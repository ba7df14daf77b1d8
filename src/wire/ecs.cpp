#include "loadstar/wire/ecs.hpp"

#include <cstring>

#include "loadstar/wire/bytes.hpp"
#include "loadstar/wire/edns.hpp"

namespace loadstar::wire {
namespace {

constexpr std::size_t kFixedData = 4;  // family, source prefix length, scope prefix length

}  // namespace

std::size_t client_subnet_size(const ClientSubnet& subnet) noexcept {
  return kOptionHeaderSize + kFixedData + client_subnet_bytes(subnet.source_bits);
}

std::size_t write_client_subnet(const ClientSubnet& subnet, std::uint8_t scope_bits,
                                std::uint8_t* out) noexcept {
  const std::size_t size = client_subnet_size(subnet);
  write_u16(out, option::kEcs);
  write_u16(out + 2, static_cast<std::uint16_t>(size - kOptionHeaderSize));
  write_u16(out + 4, subnet.family);
  out[6] = subnet.source_bits;
  out[7] = scope_bits;
  std::memcpy(out + 8, subnet.address.bytes().data(), client_subnet_bytes(subnet.source_bits));
  return size;
}

}  // namespace loadstar::wire
