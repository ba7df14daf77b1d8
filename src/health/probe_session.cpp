#include "probe_session.hpp"

#include <algorithm>
#include <cerrno>
#include <fmt/format.h>
#include <utility>

namespace loadstar::health {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

tcp::endpoint to_asio(const base::Endpoint& endpoint) {
  const auto bytes = endpoint.address.bytes();
  if (endpoint.address.is_v4())
    return {asio::ip::address_v4(endpoint.address.v4_number()), endpoint.port};
  asio::ip::address_v6::bytes_type v6{};
  std::ranges::copy(bytes, v6.begin());
  return {asio::ip::address_v6(v6), endpoint.port};
}

// Shortages of this machine say nothing of the target. A missing route does: from here it cannot be
// reached.
Outcome outcome_of(const error_code& error) {
  if (error == asio::error::eof) return Outcome::Closed;
  switch (error.value()) {
    case ECONNREFUSED: return Outcome::Refused;
    case ETIMEDOUT: return Outcome::Timeout;
    case ECONNRESET:
    case ECONNABORTED:
    case EPIPE: return Outcome::Closed;
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case ENOBUFS:
    case EAGAIN: return Outcome::NotProbed;
    default: return Outcome::Unreachable;
  }
}

std::string text_of(const error_code& error) {
  switch (error.value()) {
    case ECONNREFUSED: return "connection refused";
    case ECONNRESET: return "connection reset";
    case EHOSTUNREACH: return "no route to host";
    case ENETUNREACH: return "network unreachable";
    case EMFILE: return "no free descriptors on this machine";
    default: return error.message();
  }
}

}  // namespace

ProbeSession::ProbeSession(asio::io_context& io, const Target& target, Prober::Done done)
    : target_(target), done_(std::move(done)), socket_(io), timer_(io) {}

void ProbeSession::start() {
  started_ = base::Clock::now();
  start_timer();
  socket_.async_connect(to_asio(target_.address),
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
  return socket_.local_endpoint(ignored) == to_asio(target_.address);
}

void ProbeSession::fail(const error_code& error) { finish({outcome_of(error), text_of(error)}); }

void ProbeSession::finish(Result result) {
  const auto took = base::Clock::now() - started_;
  result.latency = std::chrono::duration_cast<std::chrono::microseconds>(took);
  timer_.cancel();
  error_code ignored;
  socket_.close(ignored);
  std::exchange(done_, nullptr)(std::move(result));
}

}  // namespace loadstar::health
