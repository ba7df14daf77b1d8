#include "probe_session.hpp"

#include <fmt/format.h>
#include <utility>

#include "asio_address.hpp"
#include "probe_error.hpp"

namespace loadstar::health {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

}  // namespace

ProbeSession::ProbeSession(asio::io_context& io, const Target& target, Prober::Done done)
    : target_(target), done_(std::move(done)), socket_(io), timer_(io) {}

void ProbeSession::start(base::TimePoint started) {
  started_ = started;
  start_timer();
  socket_.async_connect(to_asio<tcp>(target_.address),
                        [self = shared_from_this()](const error_code& error) {
                          if (!self->is_finished()) self->connect_finished(error);
                        });
}

void ProbeSession::start_timer() {
  timer_.expires_at(started_ + target_.monitor->timeout);
  timer_.async_wait([self = shared_from_this()](const error_code& error) {
    if (error || self->is_finished()) return;
    self->finish({Outcome::Timeout,
                  fmt::format("timeout after {} while {}",
                              base::to_string(self->target_.monitor->timeout), self->phase_)});
  });
}

void ProbeSession::connect_finished(const error_code& error) {
  if (error) return fail(error);
  if (is_connected_to_itself()) return fail(asio::error::connection_refused);
  connected();
}

// A connection to a free local port can be given that very port as its own, and then meets itself
// (RFC 9293 3.5, simultaneous open): nobody listens.
bool ProbeSession::is_connected_to_itself() const {
  error_code ignored;
  return socket_.local_endpoint(ignored) == to_asio<tcp>(target_.address);
}

void ProbeSession::fail(const error_code& error) {
  if (error == asio::error::eof) return finish({Outcome::Closed, error.message()});
  finish({outcome_of(error), text_of(error)});
}

void ProbeSession::finish(Result result) {
  const auto took = base::Clock::now() - started_;
  result.latency = std::chrono::duration_cast<std::chrono::microseconds>(took);
  give_up()(std::move(result));
}

Prober::Done ProbeSession::give_up() {
  timer_.cancel();
  error_code ignored;
  socket_.close(ignored);
  return std::exchange(done_, nullptr);
}

}  // namespace loadstar::health
