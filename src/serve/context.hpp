#pragma once

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <vector>

#include "loadstar/answer/responder.hpp"
#include "loadstar/base/address.hpp"

#include "counters.hpp"

namespace loadstar::serve {

class TlsIdentity;

/// What the listeners and connections of one worker have in common. All of it outlives them.
struct Context {
  boost::asio::io_context& io;
  answer::Responder& responder;
  Counters& counters;
  const std::shared_ptr<const TlsIdentity>& identity;  ///< for new connections; null without TLS
  const std::vector<base::Prefix>& fronts;             ///< ProxyOptions::from

  [[nodiscard]] bool is_front(const base::Address& address) const noexcept {
    return std::ranges::any_of(fronts, [&](const auto& one) { return one.contains(address); });
  }
};

}  // namespace loadstar::serve
