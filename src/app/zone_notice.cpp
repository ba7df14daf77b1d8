#include "zone_notice.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/address.hpp>
#include <ctime>
#include <utility>

#include "loadstar/base/random.hpp"
#include "loadstar/wire/bytes.hpp"
#include "loadstar/wire/message.hpp"
#include "loadstar/wire/types.hpp"

namespace loadstar::app {
namespace asio = boost::asio;

namespace {

constexpr std::uint16_t kNotify = 4 << 11;  // opcode

/// RFC 1996 3.7: the question, AA, and no more.
std::vector<std::uint8_t> message_of(const wire::Name& zone, std::uint16_t id) {
  std::vector<std::uint8_t> message(wire::kHeaderSize);
  wire::write_u16(&message[0], id);
  wire::write_u16(&message[2], kNotify | wire::flag::kAuthoritative);
  wire::write_u16(&message[4], 1);
  const auto name = zone.bytes();
  message.insert(message.end(), name.begin(), name.end());
  message.insert(message.end(), {0, wire::type::kSoa, 0, wire::klass::kIn});
  return message;
}

std::uint64_t unix_seconds() { return static_cast<std::uint64_t>(std::time(nullptr)); }

asio::ip::udp::endpoint endpoint_of(const base::Endpoint& endpoint) {
  return {asio::ip::make_address(endpoint.address.to_string()), endpoint.port};
}

}  // namespace

ZoneNotice::ZoneNotice(asio::io_context& io, Notice notice, base::Duration first_wait, Done done)
    : notice_(std::move(notice)),
      wait_(first_wait),
      done_(std::move(done)),
      id_(static_cast<std::uint16_t>(base::entropy())),
      socket_(io),
      timer_(io) {}

void ZoneNotice::start() {
  boost::system::error_code ignored;  // a try that cannot be sent goes unanswered
  socket_.connect(endpoint_of(notice_.to), ignored);
  send();
}

void ZoneNotice::send() {
  if (tries_++ == kTries) {
    return finish(has_doubtful_answer_ ? NoticeOutcome::Unsigned : NoticeOutcome::Silent);
  }
  make_message();
  boost::system::error_code ignored;
  socket_.send(asio::buffer(message_), 0, ignored);
  if (!std::exchange(is_receiving_, true)) receive();
  timer_.expires_after(std::exchange(wait_, 2 * wait_));
  timer_.async_wait([self = shared_from_this()](boost::system::error_code error) {
    if (!error && !self->is_done_) self->send();
  });
}

/// Signed anew each time, as signatures age.
void ZoneNotice::make_message() {
  message_ = message_of(notice_.zone, id_);
  if (notice_.key == nullptr) return;
  signer_.emplace(*notice_.key, id_);
  const std::size_t size = message_.size();
  message_.resize(size + signer_->size());
  message_.resize(signer_->sign(message_, size, unix_seconds()));
}

void ZoneNotice::receive() {
  socket_.async_receive(
      asio::buffer(answer_),
      [self = shared_from_this()](boost::system::error_code error, std::size_t size) {
        if (self->is_done_) return;
        self->is_receiving_ = !error;
        if (error) return;  // nobody listens there, now: the next try may tell
        self->take(std::span(self->answer_).first(size));
      });
}

void ZoneNotice::take(std::span<const std::uint8_t> message) {
  if (is_answer(message)) {
    if (is_proven(message)) return finish(NoticeOutcome::Answered);
    has_doubtful_answer_ = true;
  }
  receive();
}

bool ZoneNotice::is_answer(std::span<const std::uint8_t> message) const noexcept {
  if (message.size() < wire::kHeaderSize || wire::read_u16(message.data()) != id_) return false;
  const std::uint16_t flags = wire::read_u16(&message[2]);
  return (flags & wire::flag::kResponse) != 0 && (flags & wire::flag::kOpcodeMask) == kNotify;
}

/// One that says BADTIME is signed, and yet the secondary has not listened.
bool ZoneNotice::is_proven(std::span<const std::uint8_t> message) const noexcept {
  if (!signer_) return true;
  const std::size_t offset = wire::find_tsig(message);
  return offset != 0 && signer_->verify_answer(message, offset, unix_seconds());
}

void ZoneNotice::finish(NoticeOutcome outcome) {
  is_done_ = true;
  timer_.cancel();
  boost::system::error_code ignored;
  socket_.close(ignored);
  done_(notice_, outcome);
}

}  // namespace loadstar::app
