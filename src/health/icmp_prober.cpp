#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <fmt/format.h>
#include <optional>
#include <unordered_map>
#include <utility>

#include "loadstar/base/random.hpp"
#include "loadstar/health/prober.hpp"

#include "icmp_socket.hpp"
#include "probe_error.hpp"

namespace loadstar::health {
namespace {

namespace asio = boost::asio;

/// Requests without an answer yet, of one family; more than the schedule has in flight.
constexpr std::size_t kMaxRequests = 4096;
/// Messages that are read before other work has its turn.
constexpr int kMaxReadAtOnce = 256;

/// All probes of one family over their one socket. Held by a share for the handlers under way.
class EchoLine : public std::enable_shared_from_this<EchoLine> {
 public:
  EchoLine(asio::io_context& io, base::Family family) : io_(io), family_(family), waiter_(io) {
    open();
  }
  ~EchoLine() {
    if (waiter_.is_open()) waiter_.release();
  }
  EchoLine(const EchoLine&) = delete;
  EchoLine& operator=(const EchoLine&) = delete;

  void probe(const Target& target, Prober::Done done);

 private:
  struct Request {
    base::Address address;
    std::uint64_t nonce;
    base::Duration timeout;
    base::TimePoint started;
    asio::steady_timer timer;
    Prober::Done done;
  };

  bool open();
  std::optional<Result> send(const Target& target, std::uint16_t sequence, std::uint64_t nonce);
  [[nodiscard]] std::uint16_t free_sequence() noexcept;
  void start_timer(std::uint16_t sequence, Request& request);
  void await();
  void read_some();
  void take(const IcmpSocket::Event& event);
  void finish(std::uint16_t sequence, Result result);

  asio::io_context& io_;
  base::Family family_;
  std::optional<IcmpSocket> socket_;
  std::error_code problem_;
  asio::posix::stream_descriptor waiter_;                // on the descriptor of socket_
  std::unordered_map<std::uint16_t, Request> requests_;  // by sequence number
  std::uint16_t last_sequence_ = 0;
  bool is_waiting_ = false;
};

bool EchoLine::open() {
  auto opened = IcmpSocket::open(family_);
  if (!opened) {
    problem_ = opened.error();
    return false;
  }
  socket_ = *std::move(opened);
  waiter_.assign(socket_->descriptor());
  return true;
}

void EchoLine::probe(const Target& target, Prober::Done done) {
  const std::uint16_t sequence = free_sequence();
  const std::uint64_t nonce = base::entropy();
  const base::TimePoint started = base::Clock::now();
  read_some();  // many requests at once must not leave more replies than the socket keeps
  if (auto failed = send(target, sequence, nonce)) {
    asio::post(io_, [done = std::move(done), result = *std::move(failed)] { done(result); });
    return;
  }
  const auto [place, is_new] = requests_.try_emplace(
      sequence, Request{target.address.address, nonce, target.monitor->timeout, started,
                        asio::steady_timer(io_), std::move(done)});
  start_timer(sequence, place->second);
  await();
}

/// The result of a request that could not be sent.
std::optional<Result> EchoLine::send(const Target& target, std::uint16_t sequence,
                                     std::uint64_t nonce) {
  if (!socket_ && !open()) {
    const bool is_denied = problem_.value() == EPERM || problem_.value() == EACCES;
    return Result{Outcome::NotProbed,
                  is_denied ? "this machine does not let us send ICMP" : text_of(problem_)};
  }
  if (requests_.size() >= kMaxRequests) return Result{Outcome::NotProbed, "too many requests"};
  const auto error = socket_->send(target.address.address, sequence, nonce);
  return error ? std::optional(failure_of(error)) : std::nullopt;
}

std::uint16_t EchoLine::free_sequence() noexcept {
  do ++last_sequence_;
  while (requests_.contains(last_sequence_));
  return last_sequence_;
}

void EchoLine::start_timer(std::uint16_t sequence, Request& request) {
  request.timer.expires_at(request.started + request.timeout);
  request.timer.async_wait([self = shared_from_this(), sequence,
                            nonce = request.nonce](const boost::system::error_code& error) {
    if (error) return;
    const auto found = self->requests_.find(sequence);
    if (found == self->requests_.end() || found->second.nonce != nonce) return;
    self->finish(sequence, {Outcome::Timeout, fmt::format("timeout after {} without an echo",
                                                          base::to_string(found->second.timeout))});
  });
}

void EchoLine::await() {
  if (std::exchange(is_waiting_, true)) return;
  waiter_.async_wait(asio::posix::stream_descriptor::wait_read,
                     [self = shared_from_this()](const boost::system::error_code&) {
                       self->is_waiting_ = false;
                       self->read_some();
                       if (!self->requests_.empty()) self->await();
                     });
}

void EchoLine::read_some() {
  IcmpSocket::Event event;
  for (int i = 0; socket_ && i < kMaxReadAtOnce; ++i) {
    const IcmpSocket::Read read = socket_->read(event);
    if (read == IcmpSocket::Read::Nothing) return;
    if (read == IcmpSocket::Read::Event) take(event);
  }
}

/// Only what fits the request in all that we know of it is its answer.
void EchoLine::take(const IcmpSocket::Event& event) {
  const auto found = requests_.find(event.echo.sequence);
  if (found == requests_.end() || found->second.address != event.address) return;
  const std::error_code error(event.error, std::generic_category());
  if (error) return finish(found->first, {Outcome::Unreachable, text_of(error)});
  if (event.echo.nonce == found->second.nonce)
    finish(found->first, {Outcome::Success, "echo reply"});
}

/// Reports from the event loop, for a reply may be read when another request is sent.
void EchoLine::finish(std::uint16_t sequence, Result result) {
  auto request = requests_.extract(sequence);
  Request& ended = request.mapped();
  ended.timer.cancel();
  const auto took = base::Clock::now() - ended.started;
  result.latency = std::chrono::duration_cast<std::chrono::microseconds>(took);
  if (requests_.empty()) waiter_.cancel();
  asio::post(io_, [done = std::move(ended.done), result = std::move(result)] { done(result); });
}

class IcmpProber : public Prober {
 public:
  explicit IcmpProber(asio::io_context& io)
      : v4_(std::make_shared<EchoLine>(io, base::Family::V4)),
        v6_(std::make_shared<EchoLine>(io, base::Family::V6)) {}

  void probe(const Target& target, Done done) override {
    (target.address.address.is_v4() ? v4_ : v6_)->probe(target, std::move(done));
  }

 private:
  std::shared_ptr<EchoLine> v4_;
  std::shared_ptr<EchoLine> v6_;
};

}  // namespace

std::unique_ptr<Prober> make_icmp_prober(asio::io_context& io) {
  return std::make_unique<IcmpProber>(io);
}

}  // namespace loadstar::health
