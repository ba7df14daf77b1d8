#include "loadstar/wire/edns.hpp"

#include "loadstar/wire/bytes.hpp"

namespace loadstar::wire {
namespace {

bool take_client_subnet(std::span<const std::uint8_t> data, Edns& edns) noexcept {
  if (edns.ecs_present) return true;
  const auto subnet = read_client_subnet(data);
  if (!subnet) return false;
  edns.ecs_present = true;
  edns.subnet = *subnet;
  return true;
}

}  // namespace

bool read_options(std::span<const std::uint8_t> rdata, Edns& edns) noexcept {
  while (!rdata.empty()) {
    if (rdata.size() < kOptionHeaderSize) return false;
    const std::uint16_t code = read_u16(rdata.data());
    const std::size_t length = read_u16(rdata.data() + 2);
    rdata = rdata.subspan(kOptionHeaderSize);
    if (length > rdata.size()) return false;
    if (code == option::kEcs && !take_client_subnet(rdata.first(length), edns)) return false;
    if (code == option::kNsid) edns.nsid_requested = true;
    rdata = rdata.subspan(length);
  }
  return true;
}

}  // namespace loadstar::wire
