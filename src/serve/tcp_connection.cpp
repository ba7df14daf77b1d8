#include "tcp_connection.hpp"

#include "loadstar/serve/proxy_header.hpp"

#include "coarse_clock.hpp"
#include "tcp_connections.hpp"

namespace loadstar::serve {
namespace asio = boost::asio;

namespace {

using Bytes = std::span<const std::uint8_t>;

bool is_broken(Bytes input) noexcept {
  const auto message = first_message(input);
  return !message && message.error() == FrameError::BadLength;
}

}  // namespace

TcpConnection::TcpConnection(Context context, TcpScratch& scratch, TcpConnections& owner, Peer peer)
    : context_(context),
      scratch_(scratch),
      owner_(owner),
      peer_(std::move(peer)),
      awaits_header_(peer_.is_proxied) {}

void TcpConnection::close(TcpEnd why) {
  const auto self = shared_from_this();
  owner_.remove(*this, why);
  peer_.stream->end();
  boost::system::error_code ignored;
  peer_.socket.close(ignored);
}

TcpConnection::Step TcpConnection::end(TcpEnd why) {
  close(why);
  return Step::Closed;
}

TcpStanding TcpConnection::standing() const noexcept {
  const std::size_t held = input_.held_bytes() + unsent_.capacity();
  const bool is_busy = held != 0 || transfer_ != nullptr;
  const TcpActivity established = is_busy ? TcpActivity::Busy : TcpActivity::Idle;
  return {.activity = peer_.stream->is_established() ? established : TcpActivity::Handshake,
          .held_bytes = held,
          .has_progressed = has_progressed_};
}

void TcpConnection::wait(asio::socket_base::wait_type type) {
  owner_.note(*this, standing());
  has_progressed_ = false;
  if (!peer_.socket.is_open()) return;  // it held too much
  peer_.socket.async_wait(type, [self = shared_from_this(), type](boost::system::error_code error) {
    if (!self->peer_.socket.is_open()) return;
    if (error) return self->close(TcpEnd::Broken);
    if (type == asio::socket_base::wait_read) return self->on_readable();
    self->on_writable();
  });
}

TcpEnd TcpConnection::why_ended(Flow flow) const noexcept {
  if (!peer_.stream->is_established()) return TcpEnd::BadHandshake;
  return flow == Flow::Ended && input_.kept().empty() ? TcpEnd::Ended : TcpEnd::Broken;
}

/// What a read or write came to that moved nothing, or not all.
TcpConnection::Step TcpConnection::wait_for(Flow flow) {
  switch (flow) {
    case Flow::Ended:
    case Flow::Broken: return end(why_ended(flow));
    case Flow::WantRead: wait(asio::socket_base::wait_read); return Step::Waiting;
    case Flow::Moved:
    case Flow::WantWrite: break;
  }
  wait(asio::socket_base::wait_write);
  return Step::Waiting;
}

void TcpConnection::on_readable() {
  for (int i = 0; i < kReadsPerWake; ++i) {
    if (read_and_answer() != Step::Continue) return;
  }
  // A socket that has nothing to tell is writable at once, after the others had their turn.
  wait(peer_.stream->has_buffered() ? asio::socket_base::wait_write : asio::socket_base::wait_read);
}

void TcpConnection::on_writable() {
  if (!unsent_.empty() && send_unsent() != Step::Continue) return;
  if (take(input_.kept()) == Step::Continue) on_readable();
}

TcpConnection::Step TcpConnection::send_unsent() {
  const Transfer sent = peer_.stream->write(unsent_);
  unsent_.erase(unsent_.begin(), unsent_.begin() + static_cast<std::ptrdiff_t>(sent.bytes));
  if (!unsent_.empty()) return wait_for(sent.flow);
  unsent_.shrink_to_fit();
  has_progressed_ = true;
  return Step::Continue;
}

TcpConnection::Step TcpConnection::read_and_answer() {
  const Transfer read = peer_.stream->read(std::span(scratch_.input).first(input_.room()));
  // When it has ended, all that was complete has been answered and sent, also when the peer has
  // only ended its own side.
  if (read.flow != Flow::Moved) return wait_for(read.flow);
  return take(input_.join(std::span(scratch_.input).first(read.bytes)));
}

TcpConnection::Step TcpConnection::take(Bytes input) {
  if (!awaits_header_) return answer_all(input);
  const auto header = read_proxy_header(input);
  if (!header && header.error() == ProxyHeaderError::Malformed) return end(TcpEnd::ProxyHeader);
  if (!header) {
    input_.keep(input);
    return Step::Continue;
  }
  awaits_header_ = false;
  peer_.address = header->client.value_or(peer_.address);
  owner_.assign(*this);
  return answer_all(input.subspan(header->size));
}

TcpConnection::Step TcpConnection::answer_all(Bytes input) {
  for (int i = 0; i < kSendsPerWake; ++i) {
    input = input.subspan(answer_some(input));
    if (scratch_.output().empty()) {
      if (is_broken(input)) return end(TcpEnd::BadLength);
      input_.keep(input);
      return Step::Continue;
    }
    const Step step = send_output(input);
    if (step != Step::Continue) return step;
  }
  input_.keep(input);
  return wait_for(Flow::WantWrite);
}

std::size_t TcpConnection::answer_some(Bytes input) {
  scratch_.clear_output();
  const answer::Moment now = coarse_now();
  context_.responder.refresh(now);
  std::size_t done = 0;
  while (!scratch_.output_full()) {
    if (transfer_ != nullptr) {
      if (!scratch_.go_on(*transfer_, now.unix_seconds)) transfer_.reset();
      continue;
    }
    const auto message = first_message(input.subspan(done));
    if (!message) break;
    transfer_ = scratch_.answer(*message, peer_.address, peer_.transport, context_.responder);
    context_.counters.messages.add();
    done += kLengthSize + message->size();
  }
  return done;
}

TcpConnection::Step TcpConnection::send_output(Bytes unanswered) {
  const Bytes output = scratch_.output();
  const Transfer sent = peer_.stream->write(output);
  if (sent.bytes == output.size()) {
    has_progressed_ = true;
    return Step::Continue;
  }
  input_.keep(unanswered);
  const Bytes rest = output.subspan(sent.bytes);
  unsent_.assign(rest.begin(), rest.end());
  return wait_for(sent.flow);
}

}  // namespace loadstar::serve
