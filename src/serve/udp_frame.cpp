#include "loadstar/serve/udp_frame.hpp"

#include <array>
#include <cstring>

#include "loadstar/wire/bytes.hpp"

namespace loadstar::serve {
namespace {

constexpr std::size_t kMac = 6;
constexpr std::size_t kType = 2 * kMac;  // where the type of the frame stands
constexpr std::size_t kEthernet = kType + 2;
constexpr std::size_t kUdpHeader = 8;
constexpr std::uint8_t kUdp = 17;
constexpr std::uint8_t kHopLimit = 64;  // what Linux gives to its own packets

/// What differs between the two versions of IP; places are offsets from the header's start.
struct Ip {
  base::Family family;
  std::uint16_t type;    // of the frame
  std::uint8_t first;    // byte: the version, and in IPv4 the length of a header without options
  std::uint8_t fixed;    // bits of it that are no traffic class
  std::size_t size;      // of the header
  std::size_t protocol;  // of what is behind the header
  std::size_t source;    // the destination stands behind it
  std::size_t address;   // bytes of one
};
constexpr Ip kV4{base::Family::V4, 0x0800, 0x45, 0xff, 20, 9, 12, 4};
constexpr Ip kV6{base::Family::V6, 0x86dd, 0x60, 0xf0, 40, 6, 8, 16};
static_assert(kEthernet + kV4.size + kUdpHeader == kUdpFrameHeaders4);
static_assert(kEthernet + kV6.size + kUdpHeader == kUdpFrameHeaders6);

template <class Number>
Number load(const std::uint8_t* bytes) noexcept {
  Number value;
  std::memcpy(&value, bytes, sizeof value);
  return value;
}

template <std::size_t Size>
void swap_neighbors(std::uint8_t* bytes) noexcept {
  const auto both = load<std::array<std::array<std::uint8_t, Size>, 2>>(bytes);
  std::memcpy(bytes, &both[1], Size);
  std::memcpy(bytes + Size, &both[0], Size);
}

/// The one's complement sum of 16-bit words (RFC 1071). Words are taken as they lie in memory,
/// which changes the sum as it changes the words (RFC 1071 2 B), and several at a time.
class Sum {
 public:
  void add(const std::uint8_t* bytes, std::size_t size) noexcept {
    for (; size >= 8; size -= 8, bytes += 8) add(load<std::uint64_t>(bytes));
    if ((size & 4) != 0) {
      add(load<std::uint32_t>(bytes));
      bytes += 4;
    }
    if ((size & 2) != 0) {
      add(load<std::uint16_t>(bytes));
      bytes += 2;
    }
    // An odd byte counts as if a zero stood behind it.
    if ((size & 1) != 0) add_number(std::size_t{*bytes} << 8);
  }
  void add_number(std::size_t value) noexcept {
    std::array<std::uint8_t, 2> bytes{};
    wire::write_u16(bytes.data(), static_cast<std::uint16_t>(value));
    sum_ += load<std::uint16_t>(bytes.data());
  }
  /// Of 16 bits, as they lie in memory.
  [[nodiscard]] std::uint16_t folded() const noexcept {
    std::uint64_t sum = (sum_ & 0xffff'ffff) + (sum_ >> 32);
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    return static_cast<std::uint16_t>((sum & 0xffff) + (sum >> 16));
  }

 private:
  // No packet is long enough for a carry out of 64 bits.
  void add(std::uint64_t words) noexcept { sum_ += (words & 0xffff'ffff) + (words >> 32); }

  std::uint64_t sum_ = 0;
};

template <const Ip& ip>
Sum sum_of_addresses(const std::uint8_t* header) noexcept {
  Sum sum;
  sum.add(header + ip.source, 2 * ip.address);
  return sum;
}

/// What the UDP checksum covers besides the datagram (RFC 768, RFC 8200 8.1).
Sum pseudo_header(const Sum& addresses, std::uint16_t length) noexcept {
  Sum sum = addresses;
  sum.add_number(length);
  sum.add_number(kUdp);
  return sum;
}

template <const Ip& ip>
bool is_intact(const std::uint8_t* header, std::uint16_t length) noexcept {
  const std::uint8_t* const udp = header + ip.size;
  const auto checksum = load<std::uint16_t>(udp + 6);
  if (checksum == 0) return ip.family == base::Family::V4;  // the sender made none
  const Sum pseudo = pseudo_header(sum_of_addresses<ip>(header), length);
  Sum sum = pseudo;
  sum.add(udp, length);
  // A packet from this very machine, over veth or virtio, may have been left to a device that would
  // have completed it, and has met none: then the field has the sum so far, as Linux takes it, too.
  return sum.folded() == 0xffff || checksum == pseudo.folded();
}

template <const Ip& ip>
std::expected<UdpFrame, UdpFrameError> read(std::span<const std::uint8_t> frame) noexcept {
  constexpr std::size_t kHeaders = kEthernet + ip.size + kUdpHeader;
  if (frame.size() < kHeaders) return std::unexpected(UdpFrameError::Malformed);
  const std::uint8_t* const header = frame.data() + kEthernet;
  const std::uint16_t length = wire::read_u16(header + ip.size + 4);
  if ((header[0] & ip.fixed) != ip.first || header[ip.protocol] != kUdp || length < kUdpHeader ||
      length > frame.size() - (kHeaders - kUdpHeader))
    return std::unexpected(UdpFrameError::Malformed);
  if (!is_intact<ip>(header, length)) return std::unexpected(UdpFrameError::Checksum);
  return UdpFrame{.payload_at = kHeaders,
                  .payload_size = static_cast<std::uint16_t>(length - kUdpHeader),
                  .client = {ip.family, {header + ip.source, ip.address}}};
}

// Below, what has just been written is not read again for its checksum: a load of several stores
// has to wait for them.

void write_v4(std::uint8_t* header, const Sum& addresses, std::uint16_t length,
              std::uint16_t id) noexcept {
  constexpr std::uint32_t kFirst = std::uint32_t{kV4.first} << 8;  // and no service type
  constexpr std::uint16_t kLast = kHopLimit << 8 | kUdp;
  const std::uint32_t size = static_cast<std::uint32_t>(kV4.size) + length;
  wire::write_u32(header, kFirst << 16 | size);
  // The packet is whole, and routers may cut it (RFC 9715 appendix A).
  wire::write_u32(header + 4, std::uint32_t{id} << 16);
  wire::write_u16(header + 8, kLast);
  Sum sum = addresses;
  sum.add_number(kFirst);
  sum.add_number(size);
  sum.add_number(id);
  sum.add_number(kLast);
  const auto checksum = static_cast<std::uint16_t>(~sum.folded());
  std::memcpy(header + 10, &checksum, sizeof checksum);
}

void write_v6(std::uint8_t* header, std::uint16_t length) noexcept {
  wire::write_u32(header, std::uint32_t{kV6.first} << 24);  // no traffic class, no flow label
  wire::write_u16(header + 4, length);
  wire::write_u16(header + 6, kUdp << 8 | kHopLimit);
}

void write_udp(std::uint8_t* udp, const Sum& addresses, std::uint16_t length) noexcept {
  Sum sum = pseudo_header(addresses, length);
  sum.add(udp, 4);
  sum.add_number(length);
  sum.add(udp + kUdpHeader, length - kUdpHeader);
  auto checksum = static_cast<std::uint16_t>(~sum.folded());
  if (checksum == 0) checksum = 0xffff;  // zero says that there is none
  swap_neighbors<2>(udp);
  wire::write_u16(udp + 4, length);
  std::memcpy(udp + 6, &checksum, sizeof checksum);
}

template <const Ip& ip>
void write(std::uint8_t* frame, std::uint16_t length, std::uint16_t id) noexcept {
  std::uint8_t* const header = frame + kEthernet;
  const Sum addresses = sum_of_addresses<ip>(header);  // in either order
  swap_neighbors<kMac>(frame);
  swap_neighbors<ip.address>(header + ip.source);
  if constexpr (ip.family == base::Family::V4)
    write_v4(header, addresses, length, id);
  else
    write_v6(header, length);
  write_udp(header + ip.size, addresses, length);
}

}  // namespace

std::expected<UdpFrame, UdpFrameError> read_udp_frame(
    std::span<const std::uint8_t> frame) noexcept {
  if (frame.size() < kEthernet) return std::unexpected(UdpFrameError::Malformed);
  switch (wire::read_u16(frame.data() + kType)) {
    case kV4.type: return read<kV4>(frame);
    case kV6.type: return read<kV6>(frame);
    default: return std::unexpected(UdpFrameError::Malformed);
  }
}

std::size_t write_udp_answer(std::uint8_t* frame, const UdpFrame& query, std::size_t size,
                             std::uint16_t id) noexcept {
  const auto length = static_cast<std::uint16_t>(kUdpHeader + size);
  if (query.client.is_v4())
    write<kV4>(frame, length, id);
  else
    write<kV6>(frame, length, id);
  return query.payload_at + size;
}

}  // namespace loadstar::serve
