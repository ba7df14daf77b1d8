#pragma once

#include <boost/asio/io_context.hpp>

#include "loadstar/answer/responder.hpp"

#include "counters.hpp"

namespace loadstar::serve {

/// What the listeners and connections of one worker have in common. All of it outlives them.
struct Context {
  boost::asio::io_context& io;
  answer::Responder& responder;
  Counters& counters;
};

}  // namespace loadstar::serve
