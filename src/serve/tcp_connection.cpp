#include "tcp_connection.hpp"

#include <exception>

#include "loadstar/serve/proxy_header.hpp"

#include "coarse_clock.hpp"
#include "tcp_connections.hpp"

namespace loadstar::serve {
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

void TcpConnection::start() noexcept {
  guarded([this] {
    if (!awaits_header_) owner_.assign(*this);
    on_readable();
  });
}

void TcpConnection::on_ready() noexcept {
  if (is_closed()) return;
  guarded([this] {
    if (interest_ == Interest::Write) return on_writable();
    on_readable();
  });
}

/// Memory is all that can run out, and then for this connection only.
template <class Work>
void TcpConnection::guarded(Work work) noexcept {
  try {
    work();
  } catch (const std::exception&) {
    close(TcpEnd::Memory);
  }
}

void TcpConnection::close(TcpEnd why) noexcept {
  if (is_closed()) return;
  owner_.remove(*this, why);
  peer_.stream->end();
  peer_.socket = Fd();
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

void TcpConnection::wait(Interest interest) {
  owner_.note(*this, standing());
  has_progressed_ = false;
  if (is_closed()) return;  // it held too much
  const bool is_told = context_.poller.change(peer_.socket.get(), interest_, interest, *this);
  if (!is_told) return close(TcpEnd::Memory);
  interest_ = interest;
}

TcpEnd TcpConnection::why_ended(Flow flow) const noexcept {
  if (!peer_.stream->is_established()) return TcpEnd::BadHandshake;
  return flow == Flow::Ended && input_.kept().empty() ? TcpEnd::Ended : TcpEnd::Broken;
}

/// What a read or write came to that moved nothing, or not all. A peer that has ended has been sent
/// all that was complete, also when it has only ended its own side.
TcpConnection::Step TcpConnection::wait_for(Flow flow) {
  switch (flow) {
    case Flow::Ended:
    case Flow::Broken: return end(why_ended(flow));
    case Flow::WantRead: wait(Interest::Read); return Step::Waiting;
    case Flow::Moved:
    case Flow::WantWrite: break;
  }
  wait(Interest::Write);
  return Step::Waiting;
}

void TcpConnection::on_readable() {
  for (int i = 0; i < kReadsPerWake; ++i) {
    const auto room = std::span(scratch_.input).first(input_.room());
    const Transfer read = peer_.stream->read(room);
    if (read.flow != Flow::Moved) return static_cast<void>(wait_for(read.flow));
    if (take(input_.join(room.first(read.bytes))) != Step::Continue) return;
    if (read.is_drained) return wait(Interest::Read);
  }
  // A socket that has nothing to tell is writable at once, after the others had their turn.
  wait(peer_.stream->has_buffered() ? Interest::Write : Interest::Read);
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
    auto answered =
        scratch_.answer(input.subspan(done), {peer_.address, peer_.transport}, context_.responder);
    if (answered.messages == 0) break;
    context_.counters.messages.add(answered.messages);
    done += answered.bytes;
    transfer_ = std::move(answered.transfer);
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
