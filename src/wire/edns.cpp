#include "loadstar/wire/edns.hpp"

#include "loadstar/wire/bytes.hpp"

namespace loadstar::wire {
namespace {

using Data = std::span<const std::uint8_t>;

constexpr std::size_t kClientCookie = 8;
constexpr std::size_t kLeastCookie = 16;
constexpr std::size_t kMostCookie = 40;

bool take_client_subnet(Data data, Edns& edns) noexcept {
  if (edns.asks(Ask::ClientSubnet)) return true;
  const auto subnet = read_client_subnet(data);
  if (!subnet) return false;
  edns.ask(Ask::ClientSubnet);
  edns.subnet = *subnet;
  return true;
}

bool take_cookie(Data data, Edns& edns) noexcept {
  if (edns.asks(Ask::Cookie)) return true;
  const bool both = data.size() >= kLeastCookie && data.size() <= kMostCookie;
  if (data.size() != kClientCookie && !both) return false;
  edns.ask(Ask::Cookie);
  edns.cookie = data;
  return true;
}

bool take(std::uint16_t code, Data data, Edns& edns) noexcept {
  switch (code) {
    case option::kEcs: return take_client_subnet(data, edns);
    case option::kCookie: return take_cookie(data, edns);
    case option::kNsid: edns.ask(Ask::Nsid); return true;
    case option::kKeepalive: edns.ask(Ask::Keepalive); return true;
    case option::kPadding: edns.ask(Ask::Padding); return true;
    case option::kZoneVersion: edns.ask(Ask::ZoneVersion); return data.empty();
    default: return true;
  }
}

}  // namespace

bool read_options(std::span<const std::uint8_t> rdata, Edns& edns) noexcept {
  while (!rdata.empty()) {
    if (rdata.size() < kOptionHeaderSize) return false;
    const std::uint16_t code = read_u16(rdata.data());
    const std::size_t length = read_u16(rdata.data() + 2);
    rdata = rdata.subspan(kOptionHeaderSize);
    if (length > rdata.size()) return false;
    if (!take(code, rdata.first(length), edns)) return false;
    rdata = rdata.subspan(length);
  }
  return true;
}

}  // namespace loadstar::wire
