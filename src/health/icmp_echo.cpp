#include "loadstar/health/icmp_echo.hpp"

#include "loadstar/wire/bytes.hpp"

namespace loadstar::health {
namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr std::size_t kHeaderSize = 8;
constexpr std::size_t kLeastIpv4Header = 20;

struct Types {
  std::uint8_t request;
  std::uint8_t reply;
};

constexpr Types types_of(base::Family family) noexcept {
  return family == base::Family::V4 ? Types{8, 0} : Types{128, 129};
}

/// RFC 1071, of an even number of bytes.
std::uint16_t checksum(Bytes bytes) noexcept {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) sum += wire::read_u16(&bytes[i]);
  while (sum >> 16U != 0) sum = (sum & 0xffffU) + (sum >> 16U);
  return static_cast<std::uint16_t>(~sum);
}

std::optional<Echo> read_header(std::uint8_t type, Bytes message) noexcept {
  if (message.size() < kHeaderSize || message[0] != type || message[1] != 0) return std::nullopt;
  return Echo{wire::read_u16(&message[4]), wire::read_u16(&message[6])};
}

}  // namespace

std::array<std::uint8_t, kEchoSize> render_echo_request(base::Family family,
                                                        const Echo& echo) noexcept {
  std::array<std::uint8_t, kEchoSize> message{types_of(family).request};
  wire::write_u16(&message[4], echo.identifier);
  wire::write_u16(&message[6], echo.sequence);
  wire::write_number(&message[kHeaderSize], echo.nonce);
  if (family == base::Family::V4) wire::write_u16(&message[2], checksum(message));
  return message;
}

std::optional<Echo> read_echo_reply(base::Family family, Bytes message) noexcept {
  auto echo = read_header(types_of(family).reply, message);
  if (!echo || message.size() != kEchoSize) return std::nullopt;
  echo->nonce = wire::read_u64(&message[kHeaderSize]);
  return echo;
}

std::optional<Echo> read_quoted_request(base::Family family, Bytes message) noexcept {
  return read_header(types_of(family).request, message);
}

Bytes without_ipv4_header(Bytes packet) noexcept {
  if (packet.size() < kLeastIpv4Header) return {};
  const std::size_t header = std::size_t{packet[0] & 0x0fU} * 4;
  if (header < kLeastIpv4Header || header > packet.size()) return {};
  return packet.subspan(header);
}

}  // namespace loadstar::health
