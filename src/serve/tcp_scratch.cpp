#include "tcp_scratch.hpp"

#include <algorithm>

#include "loadstar/wire/message.hpp"

namespace loadstar::serve {

void TcpScratch::answer(std::span<const std::uint8_t> query, const base::Address& client,
                        answer::Transport transport, answer::Responder& responder) noexcept {
  const std::span<std::uint8_t> room =
      std::span(output_).subspan(output_size_ + kLengthSize, kMaxMessage);
  std::ranges::copy(query, room.begin());
  const answer::Reply reply = responder.respond(
      {.buffer = room, .query_size = query.size(), .client = client, .transport = transport});
  if (reply.size == 0) return;
  wire::write_u16(&output_[output_size_], static_cast<std::uint16_t>(reply.size));
  output_size_ += kLengthSize + reply.size;
}

}  // namespace loadstar::serve
