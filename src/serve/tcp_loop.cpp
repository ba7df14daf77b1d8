#include "tcp_loop.hpp"

#include <algorithm>

#include "loadstar/base/random.hpp"

#include "coarse_clock.hpp"

namespace loadstar::serve {
namespace {

template <std::size_t Count>
std::array<std::uint64_t, Count> values_of(const std::array<Counter, Count>& counters) {
  std::array<std::uint64_t, Count> values{};
  std::ranges::transform(counters, values.begin(), &Counter::get);
  return values;
}

}  // namespace

TcpLoop::TcpLoop(const answer::StateBoard& board, const ServerOptions& options,
                 const base::Published<TlsIdentity>& identity)
    : responder_(board, options.responder, base::entropy()),
      proxy_(options.proxy),
      context_{poller_, responder_, counters_, identity, proxy_},
      connections_(context_, options.tcp.share(options.workers)) {}

void TcpLoop::add(Protocol protocol, Fd socket) {
  listeners_.push_back(
      std::make_unique<TcpListener>(context_, protocol, std::move(socket), connections_));
}

void TcpLoop::start() {
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void TcpLoop::join() {
  if (thread_.joinable()) thread_.join();
}

void TcpLoop::run(const std::stop_token& stop) {
  base::TimePoint next_tick{};
  while (!stop.stop_requested()) {
    if (const auto now = base::Clock::now(); now >= next_tick) {
      tick(now);
      next_tick = now + kTick;
    }
    poller_.wait(kTick);
    connections_.forget_closed();
  }
  connections_.close_all();
}

void TcpLoop::tick(base::TimePoint now) {
  responder_.refresh(coarse_now());
  for (auto& listener : listeners_) listener->start();
  connections_.expire(now);
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
