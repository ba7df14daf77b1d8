#include "tcp_scratch.hpp"

#include "loadstar/wire/bytes.hpp"

namespace loadstar::serve {

TcpScratch::TcpScratch()
    : input(TcpInput::kMost),
      rooms_(new std::uint8_t[kBatch * kStride]),
      output_(new std::uint8_t[kMostOutput]) {
  for (std::size_t i = 0; i < kBatch; ++i) exchanges_[i].buffer = room(i);
}

TcpScratch::Answered TcpScratch::answer(std::span<const std::uint8_t> received,
                                        const Client& client,
                                        answer::Responder& responder) noexcept {
  const std::size_t taken = take(received, client);
  Answered answered{.messages = responder.respond({exchanges_.data(), taken}, replies_.data())};
  for (std::size_t i = 0; i < answered.messages; ++i) {
    answered.bytes += kLengthSize + exchanges_[i].query_size;
    if (replies_[i].reason == answer::Reason::Transfer)
      answered.transfer = responder.take_transfer();
    else if (replies_[i].size != 0)
      append(room(i).first(replies_[i].size));
  }
  return answered;
}

/// Puts the first messages into the rooms where they are answered. Returns how many.
std::size_t TcpScratch::take(std::span<const std::uint8_t> received,
                             const Client& client) noexcept {
  std::size_t count = 0;
  for (; count < kBatch; ++count) {
    const auto message = first_message(received);
    if (!message) break;
    answer::Exchange& exchange = exchanges_[count];
    wire::write_bytes(exchange.buffer.data(), *message);
    exchange.query_size = message->size();
    exchange.client = client.address;
    exchange.transport = client.transport;
    received = received.subspan(kLengthSize + message->size());
  }
  return count;
}

bool TcpScratch::go_on(answer::ZoneTransfer& transfer, std::uint64_t unix_seconds) {
  const std::size_t size = transfer.next(room(0), unix_seconds);
  if (size == 0) return false;
  append(room(0).first(size));
  return true;
}

void TcpScratch::append(std::span<const std::uint8_t> message) noexcept {
  std::uint8_t* const at = &output_[output_size_];
  wire::write_u16(at, static_cast<std::uint16_t>(message.size()));
  wire::write_bytes(at + kLengthSize, message);
  output_size_ += kLengthSize + message.size();
}

}  // namespace loadstar::serve
