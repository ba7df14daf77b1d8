#include "xdp_thread.hpp"

#include "coarse_clock.hpp"

namespace loadstar::serve {
namespace {

/// What is answered at most after an order to stop: a flood must not keep a thread alive.
constexpr int kLastBatches = 16;

}  // namespace

XdpThread::XdpThread(const answer::StateBoard& board, const answer::ResponderOptions& options,
                     std::unique_ptr<XdpSocket> socket)
    : responder_(board, options, base::entropy()),
      ids_(base::entropy()),
      socket_(std::move(socket)) {}

void XdpThread::start() {
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void XdpThread::join() {
  if (thread_.joinable()) thread_.join();
}

void XdpThread::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    if (answer_batch() == 0) socket_->wait();
  }
  for (int i = 0; i < kLastBatches; ++i) {
    if (answer_batch() < kXdpBatch) return;
  }
}

std::size_t XdpThread::answer_batch() {
  const auto frames = socket_->receive();
  // Without frames too, so that an idle thread does not keep an old State alive.
  responder_.refresh(coarse_now());
  if (frames.empty()) return 0;
  counters_.received.add(frames.size());
  const std::size_t count = take_queries(frames);
  responder_.respond({exchanges_.data(), count}, replies_.data());
  for (std::size_t i = 0; i < count; ++i) put(i);
  if (!socket_->flush()) counters_.send_failures.add();
  return frames.size();
}

/// Returns how many there are.
std::size_t XdpThread::take_queries(std::span<const XdpSocket::Frame> frames) noexcept {
  std::size_t count = 0;
  for (const XdpSocket::Frame& frame : frames) {
    const auto header = read_udp_frame({frame.bytes, frame.size});
    if (!header) {
      drop(frame, header.error());
      continue;
    }
    frames_[count] = frame;
    headers_[count] = *header;
    exchanges_[count].buffer = {frame.bytes + header->payload_at, frame.room - header->payload_at};
    exchanges_[count].query_size = header->payload_size;
    exchanges_[count].client = header->client;
    ++count;
  }
  return count;
}

void XdpThread::drop(const XdpSocket::Frame& frame, UdpFrameError error) noexcept {
  (error == UdpFrameError::Checksum ? counters_.checksums : counters_.malformed).add();
  socket_->release(frame);
}

void XdpThread::put(std::size_t index) noexcept {
  const XdpSocket::Frame& frame = frames_[index];
  const std::size_t size = replies_[index].size;
  if (size == 0) return socket_->release(frame);
  const auto id = static_cast<std::uint16_t>(ids_.next() >> 48);
  socket_->send(frame, write_udp_answer(frame.bytes, headers_[index], size, id));
  counters_.sent.add();
}

WorkerCounts XdpThread::counts() const noexcept {
  return {.reasons = responder_.counts(),
          .xdp_received = counters_.received.get(),
          .xdp_sent = counters_.sent.get(),
          .xdp_send_failures = counters_.send_failures.get(),
          .xdp_malformed = counters_.malformed.get(),
          .xdp_checksums = counters_.checksums.get(),
          .xdp_overflows = socket_->overflows()};
}

}  // namespace loadstar::serve
