#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>

#include "loadstar/answer/responder.hpp"
#include "loadstar/serve/server.hpp"

#include "counters.hpp"

namespace loadstar::serve {

class TlsIdentity;

/// What the listeners and connections of one TcpLoop have in common. All of it outlives them.
struct Context {
  boost::asio::io_context& io;
  answer::Responder& responder;
  TcpCounters& counters;
  const std::shared_ptr<const TlsIdentity>& identity;  ///< for new connections; null without TLS
  const ProxyOptions& proxy;
};

}  // namespace loadstar::serve
