#pragma once

#include "loadstar/answer/responder.hpp"
#include "loadstar/serve/server.hpp"

#include "counters.hpp"
#include "poller.hpp"

namespace loadstar::serve {

class CurrentIdentity;

/// What the listeners and connections of one TcpLoop have in common. All of it outlives them.
struct Context {
  Poller& poller;
  answer::Responder& responder;
  TcpCounters& counters;
  const CurrentIdentity& identity;
  const ProxyOptions& proxy;
};

}  // namespace loadstar::serve
