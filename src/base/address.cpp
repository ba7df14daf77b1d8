#include "loadstar/base/address.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <fmt/format.h>

#include "loadstar/base/number.hpp"

namespace loadstar::base {
namespace {

constexpr std::size_t kLongestAddressText = INET6_ADDRSTRLEN;

/// Four numbers up to 255 without leading zeros and with a dot between, as inet_pton has them, but
/// without a copy that ends in a zero byte: large zones are made of these.
std::optional<std::uint32_t> parse_v4(std::string_view text) noexcept {
  std::uint32_t address = 0;
  std::size_t at = 0;
  for (std::size_t octet = 0; octet < 4; ++octet) {
    if (octet != 0 && (at == text.size() || text[at++] != '.')) return std::nullopt;
    const std::size_t start = at;
    std::uint32_t value = 0;
    for (; at < text.size() && at < start + 3 && text[at] >= '0' && text[at] <= '9'; ++at)
      value = value * 10 + static_cast<std::uint32_t>(text[at] - '0');
    const bool leading_zero = at - start > 1 && text[start] == '0';
    if (at == start || leading_zero || value > 255) return std::nullopt;
    address = address << 8 | value;
  }
  return at == text.size() ? std::optional(address) : std::nullopt;
}

constexpr std::uint64_t leading_ones(unsigned count) noexcept {
  return count == 0 ? 0 : ~std::uint64_t{0} << (64 - count);
}

}  // namespace

std::optional<Address> Address::parse(std::string_view text) {
  if (text.empty() || text.size() >= kLongestAddressText) return std::nullopt;
  if (text.find('\0') != std::string_view::npos) return std::nullopt;
  if (const auto address = parse_v4(text)) return v4(*address);
  const std::string terminated(text);
  std::array<std::uint8_t, 16> bytes{};
  if (inet_pton(AF_INET6, terminated.c_str(), bytes.data()) == 1) return Address(Family::V6, bytes);
  return std::nullopt;
}

Address Address::masked(unsigned bits) const noexcept {
  Address result = *this;
  const std::size_t length = bytes().size();
  for (std::size_t i = bits / 8; i < length; ++i) {
    const unsigned keep = i == bits / 8 ? bits % 8 : 0;
    result.bytes_[i] &= static_cast<std::uint8_t>(0xff00U >> keep);
  }
  return result;
}

std::string Address::to_string() const {
  std::array<char, kLongestAddressText> text{};
  inet_ntop(is_v4() ? AF_INET : AF_INET6, bytes_.data(), text.data(), text.size());
  return text.data();
}

std::optional<EmbeddedV4> embedded_v4(const Address& address) noexcept {
  if (!may_carry_v4(address)) return std::nullopt;
  const std::uint64_t high = address.v6_half(0);
  const std::uint64_t low = address.v6_half(1);
  for (const Embedding& block : kEmbeddings) {
    const unsigned high_bits = std::min<unsigned>(block.bits, 64);
    if ((high & leading_ones(high_bits)) != block.high) continue;
    if ((low & leading_ones(block.bits - high_bits)) != block.low) continue;
    const std::uint64_t number = block.bits_before == 96 ? low : high >> (32 - block.bits_before);
    return EmbeddedV4{Address::v4(static_cast<std::uint32_t>(number) ^ block.flip),
                      block.bits_before};
  }
  return std::nullopt;
}

std::expected<Prefix, std::string> Prefix::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto address = Address::parse(text.substr(0, slash));
  if (!address) return std::unexpected(fmt::format("\"{}\" is not an address or prefix", text));
  const unsigned most = bits_of(address->family());
  if (slash == std::string_view::npos) return Prefix{*address, static_cast<std::uint8_t>(most)};

  const auto bits = parse_number<unsigned>(text.substr(slash + 1));
  if (!bits || *bits > most) {
    return std::unexpected(
        fmt::format("\"{}\" has a prefix length that is not a number from 0 to {}", text, most));
  }
  const Prefix prefix{address->masked(*bits), static_cast<std::uint8_t>(*bits)};
  if (prefix.address != *address) {
    return std::unexpected(
        fmt::format("\"{}\" has bits set after the prefix length; did you mean \"{}\"?", text,
                    prefix.to_string()));
  }
  return prefix;
}

std::string Prefix::to_string() const { return fmt::format("{}/{}", address.to_string(), bits); }

std::expected<Endpoint, std::string> Endpoint::parse(std::string_view text,
                                                     std::uint16_t default_port) {
  const auto wrong = [&] {
    return std::unexpected(
        fmt::format("\"{}\" is not an address with a port, such as \"192.0.2.1:53\" or "
                    "\"[2001:db8::1]:53\"",
                    text));
  };
  if (const auto alone = Address::parse(text)) return Endpoint{*alone, default_port};

  std::string_view host = text;
  std::string_view port;
  if (text.starts_with('[')) {
    const std::size_t close = text.find(']');
    if (close == std::string_view::npos) return wrong();
    host = text.substr(1, close - 1);
    port = text.substr(close + 1);
    if (port.empty())
      port = {};
    else if (!port.starts_with(':'))
      return wrong();
    else
      port.remove_prefix(1);
  } else {
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos) return wrong();
    host = text.substr(0, colon);
    port = text.substr(colon + 1);
  }
  const auto address = Address::parse(host);
  if (!address || (!text.starts_with('[') && !address->is_v4())) return wrong();
  if (port.empty() && text.ends_with(']')) return Endpoint{*address, default_port};
  const auto number = parse_number<std::uint16_t>(port);
  if (!number) return wrong();
  return Endpoint{*address, *number};
}

std::string Endpoint::to_string() const {
  return address.is_v4() ? fmt::format("{}:{}", address.to_string(), port)
                         : fmt::format("[{}]:{}", address.to_string(), port);
}

}  // namespace loadstar::base
