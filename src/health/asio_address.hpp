#pragma once

#include <algorithm>
#include <boost/asio/ip/address.hpp>

#include "loadstar/base/address.hpp"

namespace loadstar::health {

/// As a protocol of Asio takes it.
template <class Protocol>
[[nodiscard]] typename Protocol::endpoint to_asio(const base::Endpoint& endpoint) {
  namespace ip = boost::asio::ip;
  if (endpoint.address.is_v4())
    return {ip::address_v4(endpoint.address.v4_number()), endpoint.port};
  ip::address_v6::bytes_type v6{};
  std::ranges::copy(endpoint.address.bytes(), v6.begin());
  return {ip::address_v6(v6), endpoint.port};
}

}  // namespace loadstar::health
