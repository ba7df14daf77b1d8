#include "opt.hpp"

#include <algorithm>

#include "loadstar/answer/responder.hpp"
#include "loadstar/wire/bytes.hpp"
#include "loadstar/wire/types.hpp"

namespace loadstar::answer {
namespace {

bool tells_identity(const wire::Edns& edns, std::string_view identity) noexcept {
  return edns.nsid_requested && !identity.empty();
}

}  // namespace

std::size_t opt_size(const wire::Edns& edns, std::string_view identity) noexcept {
  if (!edns.present) return 0;
  std::size_t size = wire::kOptHeaderSize;
  if (edns.ecs_present) size += wire::client_subnet_size(edns.subnet);
  if (tells_identity(edns, identity)) size += wire::kOptionHeaderSize + identity.size();
  return size;
}

std::size_t write_opt(const wire::Edns& edns, std::string_view identity, std::uint16_t rcode,
                      std::uint8_t scope_bits, std::uint8_t* out) noexcept {
  std::uint8_t* at = out + wire::kOptHeaderSize;
  if (edns.ecs_present) {
    const std::uint8_t scope = edns.subnet.source_bits == 0 ? std::uint8_t{0} : scope_bits;
    at += wire::write_client_subnet(edns.subnet, scope, at);
  }
  if (tells_identity(edns, identity)) {
    wire::write_u16(at, wire::option::kNsid);
    wire::write_u16(at + 2, static_cast<std::uint16_t>(identity.size()));
    at = std::ranges::copy(identity, at + wire::kOptionHeaderSize).out;
  }
  const auto size = static_cast<std::size_t>(at - out);
  out[0] = 0;
  wire::write_u16(out + 1, wire::type::kOpt);
  wire::write_u16(out + 3, kMaxUdpAnswer);
  out[5] = static_cast<std::uint8_t>(rcode >> 4);
  out[6] = 0;
  wire::write_u16(out + 7, edns.flags & wire::kDnssecOk);
  wire::write_u16(out + 9, static_cast<std::uint16_t>(size - wire::kOptHeaderSize));
  return size;
}

}  // namespace loadstar::answer
