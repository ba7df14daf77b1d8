#include "udp_listener.hpp"

#include "coarse_clock.hpp"

namespace loadstar::serve {
namespace asio = boost::asio;

namespace {

asio::ip::udp udp_of(base::Family family) {
  return family == base::Family::V4 ? asio::ip::udp::v4() : asio::ip::udp::v6();
}

}  // namespace

UdpListener::UdpListener(Context context, Protocol protocol, Socket socket, UdpBatch& batch)
    : context_(context),
      protocol_(protocol),
      socket_(context.io, udp_of(socket.family), socket.fd.release()),
      batch_(batch) {}

void UdpListener::wait() {
  socket_.async_wait(asio::socket_base::wait_read, [this](boost::system::error_code error) {
    if (error == asio::error::operation_aborted) return;
    answer_arrived();
    wait();
  });
}

void UdpListener::answer_arrived() {
  for (int i = 0; i < kBatchesPerWake; ++i) {
    if (answer_batch() < kUdpBatch) return;
  }
}

std::size_t UdpListener::answer_batch() {
  const std::size_t received = batch_.receive(socket_.native_handle());
  if (received == 0) return 0;
  context_.responder.refresh(coarse_now());
  if (protocol_ == Protocol::ProxyUdp)
    batch_.respond_to_fronts(context_);
  else
    batch_.respond(context_.responder);
  context_.counters.udp_received.add(received);
  context_.counters.udp_send_failures.add(batch_.send(socket_.native_handle()));
  return received;
}

}  // namespace loadstar::serve
