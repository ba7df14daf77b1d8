#include "worker.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <exception>

#include "loadstar/base/log.hpp"

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

Worker::Worker(const answer::StateBoard& board, const ServerOptions& options, std::uint64_t seed)
    : responder_(board, options.responder, seed),
      fronts_(options.proxy.from),
      context_{io_, responder_, counters_, identity_, fronts_},
      connections_(context_, options.tcp.share(options.workers)),
      tick_(io_) {}

void Worker::add(Protocol protocol, Socket socket) {
  switch (protocol) {
    case Protocol::Udp:
    case Protocol::ProxyUdp:
      udp_.push_back(std::make_unique<UdpListener>(context_, protocol, std::move(socket), batch_));
      break;
    case Protocol::Tcp:
    case Protocol::Tls:
    case Protocol::ProxyTcp:
      tcp_.push_back(
          std::make_unique<TcpListener>(context_, protocol, std::move(socket), connections_));
      break;
  }
}

void Worker::use(std::shared_ptr<const TlsIdentity> identity) {
  asio::post(io_, [this, identity = std::move(identity)] { identity_ = identity; });
}

void Worker::start() {
  for (auto& listener : udp_) listener->start();
  for (auto& listener : tcp_) listener->start();
  responder_.refresh(coarse_now());
  tick();
  thread_ = std::thread([this] { run(); });
}

void Worker::stop() {
  if (!thread_.joinable()) return;
  asio::post(io_, [this] { wind_up(); });
  thread_.join();
}

void Worker::wind_up() {
  for (auto& listener : udp_) listener->answer_arrived();
  connections_.close_all();
  io_.stop();
}

void Worker::run() {
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

void Worker::tick() {
  tick_.expires_after(kTick);
  tick_.async_wait([this](boost::system::error_code error) {
    if (error) return;
    responder_.refresh(coarse_now());
    connections_.expire(base::Clock::now());
    tick();
  });
}

WorkerCounts Worker::counts() const {
  return {.reasons = responder_.counts(),
          .udp_received = counters_.udp_received.get(),
          .udp_send_failures = counters_.udp_send_failures.get(),
          .udp_proxy_sources = counters_.udp_proxy_sources.get(),
          .udp_proxy_headers = counters_.udp_proxy_headers.get(),
          .tcp_messages = counters_.tcp_messages.get(),
          .tcp_accepted = counters_.tcp_accepted.get(),
          .tcp_accept_failures = counters_.tcp_accept_failures.get(),
          .tcp_closed = values_of(counters_.tcp_closed),
          .tls_handshakes = counters_.tls_handshakes.get(),
          .tls_resumed = counters_.tls_resumed.get(),
          .tcp_open = counters_.tcp_open.get()};
}

}  // namespace loadstar::serve
