#include "udp_thread.hpp"

#include "loadstar/base/random.hpp"

#include "coarse_clock.hpp"

namespace loadstar::serve {
namespace {

/// What is answered at most after an order to stop: a flood must not keep a thread alive.
constexpr int kLastBatches = 16;

}  // namespace

UdpThread::UdpThread(const answer::StateBoard& board, const ServerOptions& options,
                     Protocol protocol, Fd socket)
    : responder_(board, options.responder, base::entropy()),
      protocol_(protocol),
      proxy_(options.proxy),
      socket_(std::move(socket)) {}

void UdpThread::start() {
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void UdpThread::join() {
  if (thread_.joinable()) thread_.join();
}

void UdpThread::run(const std::stop_token& stop) {
  responder_.refresh(coarse_now());
  while (!stop.stop_requested()) answer_batch(UdpBatch::Wait::ForOne);
  for (int i = 0; i < kLastBatches; ++i) {
    if (answer_batch(UdpBatch::Wait::No) < kUdpBatch) return;
  }
}

std::size_t UdpThread::answer_batch(UdpBatch::Wait wait) {
  const std::size_t received = batch_.receive(socket_.get(), wait);
  // Without datagrams too, so that an idle thread does not keep an old State alive.
  responder_.refresh(coarse_now());
  if (received == 0) return 0;
  if (protocol_ == Protocol::ProxyUdp)
    batch_.respond_to_fronts(responder_, proxy_, counters_);
  else
    batch_.respond(responder_);
  counters_.received.add(received);
  counters_.send_failures.add(batch_.send(socket_.get()));
  return received;
}

void UdpThread::add_to(WorkerCounts& counts) const noexcept {
  counts += {.reasons = responder_.counts(),
             .udp_received = counters_.received.get(),
             .udp_send_failures = counters_.send_failures.get(),
             .udp_proxy_sources = counters_.proxy_sources.get(),
             .udp_proxy_headers = counters_.proxy_headers.get()};
}

}  // namespace loadstar::serve
