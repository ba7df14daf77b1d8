#include "loadstar/serve/proxy_header.hpp"

#include <algorithm>
#include <array>

#include "loadstar/wire/bytes.hpp"

namespace loadstar::serve {
namespace {

using Bytes = std::span<const std::uint8_t>;
using Result = std::expected<ProxyHeader, ProxyHeaderError>;

constexpr std::array<std::uint8_t, 12> kSignature{0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d,
                                                  0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a};
// Signature, version and command, family and protocol, length of what follows.
constexpr std::size_t kFixedSize = 16;
constexpr std::uint8_t kLocal = 0x20;
constexpr std::uint8_t kProxy = 0x21;
constexpr std::size_t kTlvHeaderSize = 3;

/// Of what follows the fixed part, source and destination with their ports.
struct Layout {
  base::Family family = base::Family::V4;
  std::size_t size = 0;
};

std::optional<Layout> layout_of(std::uint8_t family_and_protocol) noexcept {
  switch (family_and_protocol) {
    case 0x11:
    case 0x12: return Layout{base::Family::V4, 12};
    case 0x21:
    case 0x22: return Layout{base::Family::V6, 36};
    default: return std::nullopt;
  }
}

bool are_whole_tlvs(Bytes bytes) noexcept {
  while (!bytes.empty()) {
    if (bytes.size() < kTlvHeaderSize) return false;
    const std::size_t length = wire::read_u16(&bytes[1]);
    if (length > bytes.size() - kTlvHeaderSize) return false;
    bytes = bytes.subspan(kTlvHeaderSize + length);
  }
  return true;
}

std::optional<base::Address> client_in(std::uint8_t family_and_protocol, Bytes rest) noexcept {
  const auto layout = layout_of(family_and_protocol);
  if (!layout || rest.size() < layout->size) return std::nullopt;
  if (!are_whole_tlvs(rest.subspan(layout->size))) return std::nullopt;
  return base::Address(layout->family, rest.first(base::bits_of(layout->family) / 8));
}

}  // namespace

Result read_proxy_header(Bytes bytes) noexcept {
  constexpr auto kMalformed = std::unexpected(ProxyHeaderError::Malformed);
  constexpr auto kIncomplete = std::unexpected(ProxyHeaderError::Incomplete);

  const auto start = bytes.first(std::min(bytes.size(), kSignature.size()));
  if (!std::ranges::equal(start, Bytes(kSignature).first(start.size()))) return kMalformed;
  if (bytes.size() < kFixedSize) return kIncomplete;
  const std::uint8_t command = bytes[12];
  if (command != kLocal && command != kProxy) return kMalformed;
  const std::size_t length = wire::read_u16(&bytes[14]);
  if (length > kMaxProxyHeader - kFixedSize) return kMalformed;
  if (length > bytes.size() - kFixedSize) return kIncomplete;

  const ProxyHeader header{.size = kFixedSize + length};
  if (command == kLocal) return header;  // whatever else it says is to be passed over
  const auto client = client_in(bytes[13], bytes.subspan(kFixedSize, length));
  if (!client) return kMalformed;
  return ProxyHeader{.size = header.size, .client = client};
}

}  // namespace loadstar::serve
