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
std::vector<std::uint8_t> make_message(const Notice& notice, std::uint16_t id) {
  std::vector<std::uint8_t> message(wire::kHeaderSize);
  wire::write_u16(&message[0], id);
  wire::write_u16(&message[2], kNotify | wire::flag::kAuthoritative);
  wire::write_u16(&message[4], 1);
  const auto name = notice.zone.bytes();
  message.insert(message.end(), name.begin(), name.end());
  message.insert(message.end(), {0, wire::type::kSoa, 0, wire::klass::kIn});
  if (notice.key == nullptr) return message;
  wire::TsigSigner signer(*notice.key, id);
  const std::size_t size = message.size();
  message.resize(size + signer.size());
  message.resize(signer.sign(message, size, static_cast<std::uint64_t>(std::time(nullptr))));
  return message;
}

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

/// Signed anew each time, as signatures age.
void ZoneNotice::send() {
  if (tries_++ == kTries) return finish(Outcome::Failed);
  message_ = make_message(notice_, id_);
  boost::system::error_code ignored;
  socket_.send(asio::buffer(message_), 0, ignored);
  receive();
  timer_.expires_after(std::exchange(wait_, 2 * wait_));
  timer_.async_wait([self = shared_from_this()](boost::system::error_code error) {
    if (error || self->is_done_) return;
    self->socket_.cancel();
    self->send();
  });
}

void ZoneNotice::receive() {
  socket_.async_receive(
      asio::buffer(answer_),
      [self = shared_from_this()](boost::system::error_code error, std::size_t size) {
        if (error || self->is_done_) return;  // nobody listens there, now: the next try may tell
        if (self->is_answer(size)) return self->finish(Outcome::Answered);
        self->receive();
      });
}

bool ZoneNotice::is_answer(std::size_t size) const noexcept {
  if (size < wire::kHeaderSize || wire::read_u16(answer_.data()) != id_) return false;
  const std::uint16_t flags = wire::read_u16(&answer_[2]);
  return (flags & wire::flag::kResponse) != 0 && (flags & wire::flag::kOpcodeMask) == kNotify;
}

void ZoneNotice::finish(Outcome outcome) {
  is_done_ = true;
  timer_.cancel();
  boost::system::error_code ignored;
  socket_.close(ignored);
  done_(notice_, outcome);
}

}  // namespace loadstar::app
