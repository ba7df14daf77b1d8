#include "worker.hpp"

namespace loadstar::serve {

Worker::Worker(const answer::StateBoard& board, const ServerOptions& options,
               const base::Published<TlsIdentity>& identity)
    : board_(board), options_(options), tcp_(board, options, identity) {}

Worker::~Worker() {
  request_stop();
  join();
}

void Worker::add(Protocol protocol, Fd socket) {
  if (is_udp(protocol))
    udp_.push_back(std::make_unique<UdpThread>(board_, options_, protocol, std::move(socket)));
  else
    tcp_.add(protocol, std::move(socket));
}

void Worker::start() {
  for (auto& thread : udp_) thread->start();
  tcp_.start();
}

void Worker::request_stop() {
  for (auto& thread : udp_) thread->request_stop();
  tcp_.request_stop();
}

void Worker::join() {
  for (auto& thread : udp_) thread->join();
  tcp_.join();
}

WorkerCounts Worker::counts() const {
  WorkerCounts counts;
  for (const auto& thread : udp_) thread->add_to(counts);
  tcp_.add_to(counts);
  return counts;
}

}  // namespace loadstar::serve
