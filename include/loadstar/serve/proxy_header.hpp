#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <span>

#include "loadstar/base/address.hpp"

namespace loadstar::serve {

/// The longest header that is read: what fits the first segment of any TCP connection, as the
/// protocol advises, and more.
inline constexpr std::size_t kMaxProxyHeader = 1024;

/// What stands before a query that comes through a front such as dnsdist.
struct ProxyHeader {
  std::size_t size = 0;                   ///< bytes up to the query
  std::optional<base::Address> client{};  ///< nullopt: the front asks for itself (LOCAL)
};

enum class ProxyHeaderError : std::uint8_t {
  Incomplete,  ///< so far it could become a header
  Malformed,
};

/// Reads a header of the PROXY protocol, version 2, at the start of `bytes`
/// (https://www.haproxy.org/download/2.8/doc/proxy-protocol.txt, section 2.2). Strict: commands are
/// LOCAL and PROXY, a client has an IPv4 or IPv6 address over TCP or UDP, and what follows the
/// addresses is whole TLVs up to the header's end.
[[nodiscard]] std::expected<ProxyHeader, ProxyHeaderError> read_proxy_header(
    std::span<const std::uint8_t> bytes) noexcept;

}  // namespace loadstar::serve
