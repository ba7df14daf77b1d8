#include "tcp_loop.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <exception>

#include "loadstar/base/log.hpp"
#include "loadstar/base/random.hpp"

#include "coarse_clock.hpp"

namespace loadstar::serve {
namespace asio = boost::asio;

namespace {

template <std::size_t Count>
std::array<std::uint64_t, Count> values_of(const std::array<Counter, Count>& counters) {
  std::array<std::uint64_t, Count> values{};
  std::ranges::transform(counters, values.begin(), &Counter::get);
  return values;
}

}  // namespace

TcpLoop::TcpLoop(const answer::StateBoard& board, const ServerOptions& options)
    : responder_(board, options.responder, base::entropy()),
      proxy_(options.proxy),
      context_{io_, responder_, counters_, identity_, proxy_},
      connections_(context_, options.tcp.share(options.workers)),
      tick_(io_) {}

void TcpLoop::add(Protocol protocol, Socket socket) {
  listeners_.push_back(
      std::make_unique<TcpListener>(context_, protocol, std::move(socket), connections_));
}

void TcpLoop::use(std::shared_ptr<const TlsIdentity> identity) {
  asio::post(io_, [this, identity = std::move(identity)] { identity_ = identity; });
}

void TcpLoop::start() {
  for (auto& listener : listeners_) listener->start();
  responder_.refresh(coarse_now());
  tick();
  thread_ = std::thread([this] { run(); });
}

void TcpLoop::request_stop() {
  asio::post(io_, [this] {
    connections_.close_all();
    io_.stop();
  });
}

void TcpLoop::join() {
  if (thread_.joinable()) thread_.join();
}

void TcpLoop::run() {
  while (!io_.stopped()) {
    try {
      io_.run();
    } catch (const std::exception& error) {
      // Memory ran out for one connection, which then ends by its timeout; the thread must go on
      // answering.
      base::log_error("a worker could not finish an event: {}", error.what());
    }
  }
}

void TcpLoop::tick() {
  tick_.expires_after(kTick);
  tick_.async_wait([this](boost::system::error_code error) {
    if (error) return;
    responder_.refresh(coarse_now());
    connections_.expire(base::Clock::now());
    tick();
  });
}

void TcpLoop::add_to(WorkerCounts& counts) const noexcept {
  counts += {.reasons = responder_.counts(),
             .tcp_messages = counters_.messages.get(),
             .tcp_accepted = counters_.accepted.get(),
             .tcp_accept_failures = counters_.accept_failures.get(),
             .tcp_closed = values_of(counters_.closed),
             .tls_handshakes = counters_.tls_handshakes.get(),
             .tls_resumed = counters_.tls_resumed.get(),
             .tcp_open = counters_.open.get()};
}

}  // namespace loadstar::serve
