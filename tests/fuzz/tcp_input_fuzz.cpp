// What comes over TCP, cut into any pieces and answered in any portions: the messages are those of
// the stream as a whole, and what is kept stays within its limit.
#include <algorithm>
#include <cstdlib>

#include "loadstar/serve/tcp_input.hpp"

namespace {

using namespace loadstar::serve;
using Bytes = std::span<const std::uint8_t>;

constexpr std::size_t kLeastMessage = 12;

void require(bool holds) {
  if (!holds) std::abort();
}

struct Messages {
  std::vector<std::vector<std::uint8_t>> all;
  bool is_broken = false;  // ended by a length that no message has

  friend bool operator==(const Messages&, const Messages&) = default;
};

/// Takes messages from the start of `input`, so many at most; returns what is left.
Bytes take(Messages& messages, Bytes input, std::size_t most) {
  for (std::size_t i = 0; i < most; ++i) {
    const auto message = first_message(input);
    if (!message) {
      messages.is_broken = message.error() == FrameError::BadLength;
      return input;
    }
    require(message->size() >= kLeastMessage && message->size() <= kMaxMessage);
    require(message->data() == input.data() + kLengthSize);
    messages.all.emplace_back(message->begin(), message->end());
    input = input.subspan(kLengthSize + message->size());
  }
  return input;
}

/// Each byte of the plan says what a wake of the connection brings: how much is there to read, and
/// how many messages can be answered before the peer has to read. What cannot be is answered before
/// more is read.
class Connection {
 public:
  explicit Connection(Bytes plan) : plan_(plan) {}

  Messages receive(Bytes stream) {
    while (!stream.empty() && !messages_.is_broken) stream = stream.subspan(wake(stream));
    return std::move(messages_);
  }

 private:
  std::size_t wake(Bytes stream) {
    const std::uint8_t step = next_step();
    const std::size_t size =
        std::min({stream.size(), input_.room(), std::size_t{1} << (step & 0xfU)});
    require(size > 0);
    // As from the buffer that all connections read into: gone with the next.
    const std::vector<std::uint8_t> received(stream.begin(),
                                             stream.begin() + static_cast<std::ptrdiff_t>(size));
    const std::size_t portion = std::size_t{1} + (step >> 4U);
    input_.keep(take(messages_, input_.join(received), portion));
    for (std::size_t before = 0; before != messages_.all.size();) {
      before = messages_.all.size();
      input_.keep(take(messages_, input_.kept(), portion));
    }
    require(messages_.is_broken || input_.kept().size() < kLengthSize + kMaxMessage);
    require(input_.held_bytes() <= 2 * TcpInput::kMost);
    return size;
  }

  std::uint8_t next_step() noexcept { return plan_.empty() ? 0xff : plan_[next_++ % plan_.size()]; }

  Bytes plan_;
  std::size_t next_ = 0;
  TcpInput input_;
  Messages messages_;
};

}  // namespace

// The first byte is the length of the plan, which follows; the stream is the rest.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const Bytes bytes = Bytes(data, size).subspan(1);
  const std::size_t plan_size = std::min<std::size_t>(data[0], bytes.size());
  const Bytes stream = bytes.subspan(plan_size);
  Messages whole;
  static_cast<void>(take(whole, stream, stream.size()));
  require(Connection(bytes.first(plan_size)).receive(stream) == whole);
  return 0;
}
