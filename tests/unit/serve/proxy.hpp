#pragma once
// Headers of the PROXY protocol, version 2.

#include "world.hpp"

namespace loadstar::serve::test {

inline Bytes proxy_header(std::uint8_t command, std::uint8_t family, const Bytes& rest) {
  Bytes header{0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d,    0x0a,
               0x51, 0x55, 0x49, 0x54, 0x0a, command, family};
  header.push_back(static_cast<std::uint8_t>(rest.size() >> 8));
  header.push_back(static_cast<std::uint8_t>(rest.size()));
  return std::move(header) + rest;
}

/// Of a client that asked over UDP.
inline Bytes proxy_header(const base::Address& client) {
  const auto source = client.bytes();
  Bytes addresses(source.begin(), source.end());
  addresses.resize(2 * source.size() + 4);
  return proxy_header(0x21, client.is_v4() ? 0x12 : 0x22, addresses);
}

}  // namespace loadstar::serve::test
