#include "tcp_scratch.hpp"

#include <algorithm>

#include "loadstar/wire/message.hpp"

namespace loadstar::serve {

std::unique_ptr<answer::ZoneTransfer> TcpScratch::answer(std::span<const std::uint8_t> query,
                                                         const base::Address& client,
                                                         answer::Transport transport,
                                                         answer::Responder& responder) noexcept {
  const std::span<std::uint8_t> room = next_message();
  std::ranges::copy(query, room.begin());
  const answer::Reply reply = responder.respond(
      {.buffer = room, .query_size = query.size(), .client = client, .transport = transport});
  if (reply.reason == answer::Reason::Transfer) return responder.take_transfer();
  if (reply.size != 0) append(reply.size);
  return nullptr;
}

bool TcpScratch::go_on(answer::ZoneTransfer& transfer, std::uint64_t unix_seconds) {
  const std::size_t size = transfer.next(next_message(), unix_seconds);
  if (size == 0) return false;
  append(size);
  return true;
}

std::span<std::uint8_t> TcpScratch::next_message() noexcept {
  return std::span(output_).subspan(output_size_ + kLengthSize, kMaxMessage);
}

void TcpScratch::append(std::size_t message_size) noexcept {
  wire::write_u16(&output_[output_size_], static_cast<std::uint16_t>(message_size));
  output_size_ += kLengthSize + message_size;
}

}  // namespace loadstar::serve
