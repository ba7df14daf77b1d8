#include "opt.hpp"

#include <algorithm>

#include "loadstar/answer/responder.hpp"
#include "loadstar/wire/bytes.hpp"
#include "loadstar/wire/types.hpp"

namespace loadstar::answer {
namespace {

using wire::Ask;
using wire::kOptionHeaderSize;

constexpr std::size_t kKeepaliveSize = 2;
constexpr std::size_t kEdeSize = 2;
constexpr std::size_t kZoneVersionSize = 6;  // label count, type, serial
constexpr std::uint8_t kSoaSerial = 0;       // RFC 9660 2

bool tells_identity(const wire::Edns& edns, const OptOptions& options) noexcept {
  return edns.asks(Ask::Nsid) && !options.identity.empty();
}

bool tells_keepalive(const wire::Edns& edns, const OptOptions& options) noexcept {
  return edns.asks(Ask::Keepalive) && options.keepalive.count() > 0;
}

/// Writes options one behind the other, into room that is there.
class Options {
 public:
  explicit Options(std::uint8_t* at) noexcept : at_(at) {}

  void head(std::uint16_t code, std::size_t size) noexcept {
    u16(code);
    u16(static_cast<std::uint16_t>(size));
  }
  void u8(std::uint8_t value) noexcept { *at_++ = value; }
  void u16(std::uint16_t value) noexcept {
    wire::write_u16(at_, value);
    at_ += 2;
  }
  void u32(std::uint32_t value) noexcept {
    wire::write_u32(at_, value);
    at_ += 4;
  }
  void bytes(std::span<const std::uint8_t> data) noexcept { at_ = wire::write_bytes(at_, data); }
  void text(std::string_view text) noexcept {
    bytes({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  }
  void zeros(std::size_t count) noexcept { at_ = std::fill_n(at_, count, std::uint8_t{0}); }
  void client_subnet(const wire::ClientSubnet& subnet, std::uint8_t scope_bits) noexcept {
    at_ += wire::write_client_subnet(subnet, scope_bits, at_);
  }
  [[nodiscard]] std::uint8_t* end() const noexcept { return at_; }

 private:
  std::uint8_t* at_;
};

void write_zone_version(Options& out, const zone::ZoneInfo& zone) noexcept {
  out.head(wire::option::kZoneVersion, kZoneVersionSize);
  out.u8(static_cast<std::uint8_t>(zone.origin.label_count()));
  out.u8(kSoaSerial);
  out.u32(zone.serial);
}

/// To a multiple of the block (RFC 8467 4.1), or as far as the message may grow.
void write_padding(Options& out, std::size_t block, std::span<std::uint8_t> message) noexcept {
  const auto size = static_cast<std::size_t>(out.end() - message.data()) + kOptionHeaderSize;
  if (size > message.size()) return;
  const std::size_t padded = std::min((size + block - 1) / block * block, message.size());
  out.head(wire::option::kPadding, padded - size);
  out.zeros(padded - size);
}

[[gnu::noinline]] std::uint8_t* write_options(const wire::Edns& edns, const OptOptions& options,
                                              const Draft& draft, std::span<std::uint8_t> message,
                                              std::uint8_t* at) noexcept {
  Options out(at);
  if (edns.asks(Ask::ClientSubnet)) {
    const bool tailored = edns.subnet.source_bits != 0;
    out.client_subnet(edns.subnet, tailored ? draft.scope_bits : std::uint8_t{0});
  }
  if (tells_identity(edns, options)) {
    out.head(wire::option::kNsid, options.identity.size());
    out.text(options.identity);
  }
  if (options.cookie != nullptr) {
    out.head(wire::option::kCookie, options.cookie->size());
    out.bytes(*options.cookie);
  }
  if (tells_keepalive(edns, options)) {
    out.head(wire::option::kKeepalive, kKeepaliveSize);
    out.u16(static_cast<std::uint16_t>(options.keepalive / std::chrono::milliseconds(100)));
  }
  if (options.zone != nullptr) write_zone_version(out, *options.zone);
  if (options.explains && draft.ede != Ede::None) {
    out.head(wire::option::kEde, kEdeSize);
    out.u16(static_cast<std::uint16_t>(draft.ede));
  }
  if (options.padding > 0) write_padding(out, options.padding, message);
  return out.end();
}

}  // namespace

std::size_t opt_room(const wire::Edns& edns, const OptOptions& options) noexcept {
  if (!edns.present) return 0;
  std::size_t size = wire::kOptHeaderSize;
  if (options.explains) size += kOptionHeaderSize + kEdeSize;
  if (edns.asked == 0) return size;
  if (edns.asks(Ask::ClientSubnet)) size += wire::client_subnet_size(edns.subnet);
  if (tells_identity(edns, options)) size += kOptionHeaderSize + options.identity.size();
  if (options.cookie != nullptr) size += kOptionHeaderSize + options.cookie->size();
  if (tells_keepalive(edns, options)) size += kOptionHeaderSize + kKeepaliveSize;
  if (edns.asks(Ask::ZoneVersion)) size += kOptionHeaderSize + kZoneVersionSize;
  return size;
}

std::size_t write_opt(const wire::Edns& edns, const OptOptions& options, const Draft& draft,
                      std::span<std::uint8_t> message, std::size_t size) noexcept {
  std::uint8_t* const out = message.data() + size;
  std::uint8_t* end = out + wire::kOptHeaderSize;
  if (edns.asked != 0 || options.explains) end = write_options(edns, options, draft, message, end);
  const auto written = static_cast<std::size_t>(end - out);
  out[0] = 0;
  wire::write_u16(out + 1, wire::type::kOpt);
  wire::write_u16(out + 3, kMaxUdpAnswer);
  out[5] = static_cast<std::uint8_t>(static_cast<std::uint16_t>(draft.rcode) >> 4);
  out[6] = 0;
  wire::write_u16(out + 7, edns.flags & wire::kDnssecOk);
  wire::write_u16(out + 9, static_cast<std::uint16_t>(written - wire::kOptHeaderSize));
  return size + written;
}

}  // namespace loadstar::answer
