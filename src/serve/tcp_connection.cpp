#include "tcp_connection.hpp"

#include <cerrno>
#include <sys/socket.h>

#include "loadstar/wire/message.hpp"

#include "tcp_connections.hpp"

namespace loadstar::serve {
namespace asio = boost::asio;

namespace {

using Bytes = std::span<const std::uint8_t>;

std::optional<std::size_t> announced_length(Bytes input) noexcept {
  if (input.size() < kLengthSize) return std::nullopt;
  return wire::read_u16(input.data());
}

/// A length that no message can have: the framing is lost, or this is not DNS.
bool is_broken(Bytes input) noexcept {
  const auto length = announced_length(input);
  return length && *length < wire::kHeaderSize;
}

/// The first message if it is there as a whole.
std::optional<Bytes> first_message(Bytes input) noexcept {
  const auto length = announced_length(input);
  if (!length || is_broken(input)) return std::nullopt;
  if (*length > input.size() - kLengthSize) return std::nullopt;
  return input.subspan(kLengthSize, *length);
}

bool would_block(int error) noexcept {
  return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

}  // namespace

TcpConnection::TcpConnection(Context context, TcpScratch& scratch, TcpConnections& owner,
                             asio::ip::tcp::socket socket, const base::Address& client)
    : context_(context),
      scratch_(scratch),
      owner_(owner),
      socket_(std::move(socket)),
      client_(client) {}

void TcpConnection::close() {
  const auto self = shared_from_this();
  owner_.remove(*this);
  boost::system::error_code ignored;
  socket_.close(ignored);
}

void TcpConnection::wait(asio::socket_base::wait_type type) {
  socket_.async_wait(type, [self = shared_from_this(), type](boost::system::error_code error) {
    if (!self->socket_.is_open()) return;
    if (error) return self->close();
    if (type == asio::socket_base::wait_read) return self->on_readable();
    self->on_writable();
  });
}

void TcpConnection::on_readable() {
  for (int i = 0; i < kReadsPerWake; ++i) {
    if (read_and_answer() != Step::Continue) return;
  }
  wait(asio::socket_base::wait_read);
}

void TcpConnection::on_writable() {
  const auto sent = send_some(unsent_);
  if (!sent) return close();
  unsent_.erase(unsent_.begin(), unsent_.begin() + static_cast<std::ptrdiff_t>(*sent));
  if (!unsent_.empty()) return wait(asio::socket_base::wait_write);
  unsent_.shrink_to_fit();
  owner_.touch(*this);
  if (answer_all(unanswered_) == Step::Continue) on_readable();
}

TcpConnection::Step TcpConnection::read_and_answer() {
  const std::size_t room = scratch_.input.size() - unanswered_.size();
  const ssize_t size = ::recv(socket_.native_handle(), scratch_.input.data(), room, MSG_DONTWAIT);
  if (size < 0 && would_block(errno)) {
    wait(asio::socket_base::wait_read);
    return Step::Waiting;
  }
  if (size <= 0) {
    // All that was complete has been answered and sent, also when the peer has only ended its own
    // side.
    close();
    return Step::Closed;
  }
  const Bytes fresh(scratch_.input.data(), static_cast<std::size_t>(size));
  if (unanswered_.empty()) return answer_all(fresh);
  unanswered_.insert(unanswered_.end(), fresh.begin(), fresh.end());
  return answer_all(unanswered_);
}

TcpConnection::Step TcpConnection::answer_all(Bytes input) {
  for (int i = 0; i < kSendsPerWake; ++i) {
    input = input.subspan(answer_some(input));
    if (scratch_.output().empty()) {
      if (is_broken(input)) {
        close();
        return Step::Closed;
      }
      keep(input);
      return Step::Continue;
    }
    const Step step = send_output(input);
    if (step != Step::Continue) return step;
  }
  keep(input);
  wait(asio::socket_base::wait_write);
  return Step::Waiting;
}

std::size_t TcpConnection::answer_some(Bytes input) {
  scratch_.clear_output();
  context_.responder.refresh();
  std::size_t done = 0;
  while (!scratch_.output_full()) {
    const auto message = first_message(input.subspan(done));
    if (!message) break;
    scratch_.answer(*message, client_, context_.responder);
    context_.counters.tcp_messages.add();
    done += kLengthSize + message->size();
  }
  return done;
}

TcpConnection::Step TcpConnection::send_output(Bytes unanswered) {
  const Bytes output = scratch_.output();
  const auto sent = send_some(output);
  if (!sent) {
    close();
    return Step::Closed;
  }
  if (*sent == output.size()) {
    owner_.touch(*this);
    return Step::Continue;
  }
  keep(unanswered);
  const Bytes rest = output.subspan(*sent);
  unsent_.assign(rest.begin(), rest.end());
  wait(asio::socket_base::wait_write);
  return Step::Waiting;
}

/// Returns how much the system took, which may be nothing; nullopt when the connection is broken.
std::optional<std::size_t> TcpConnection::send_some(Bytes bytes) {
  if (bytes.empty()) return 0;
  const ssize_t sent =
      ::send(socket_.native_handle(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  if (sent >= 0) return static_cast<std::size_t>(sent);
  if (would_block(errno)) return 0;
  return std::nullopt;
}

/// `unanswered` is the end of unanswered_ or lies in the scratch.
void TcpConnection::keep(Bytes unanswered) {
  if (unanswered.size() == unanswered_.size()) return;  // nothing has changed
  unanswered_ = std::vector(unanswered.begin(), unanswered.end());
}

}  // namespace loadstar::serve
