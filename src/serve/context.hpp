#pragma once

#include "loadstar/answer/responder.hpp"
#include "loadstar/base/published.hpp"
#include "loadstar/serve/server.hpp"

#include "counters.hpp"
#include "poller.hpp"

namespace loadstar::serve {

class TlsIdentity;

/// What the listeners and connections of one TcpLoop have in common. All of it outlives them.
struct Context {
  Poller& poller;
  answer::Responder& responder;
  TcpCounters& counters;
  const base::Published<TlsIdentity>& identity;  ///< of connections to come; null without TLS
  const ProxyOptions& proxy;
};

}  // namespace loadstar::serve
