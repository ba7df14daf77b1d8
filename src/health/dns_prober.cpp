#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <fmt/format.h>
#include <utility>

#include "loadstar/base/random.hpp"
#include "loadstar/health/dns_check.hpp"
#include "loadstar/health/prober.hpp"

#include "asio_address.hpp"
#include "probe_error.hpp"

namespace loadstar::health {
namespace {

namespace asio = boost::asio;
using asio::ip::udp;
using boost::system::error_code;

/// One query over one connected socket, which the kernel gives a port at random.
class DnsSession : public std::enable_shared_from_this<DnsSession> {
 public:
  DnsSession(asio::io_context& io, const Target& target, DnsCheck check, Prober::Done done)
      : check_(std::move(check)),
        timeout_(target.monitor->timeout),
        address_(to_asio<udp>(target.address)),
        done_(std::move(done)),
        socket_(io),
        timer_(io) {}

  void start() {
    started_ = base::Clock::now();
    timer_.expires_at(started_ + timeout_);
    timer_.async_wait([self = shared_from_this()](const error_code& error) {
      if (error || self->done_ == nullptr) return;
      self->finish({Outcome::Timeout, fmt::format("timeout after {} without an answer",
                                                  base::to_string(self->timeout_))});
    });
    socket_.async_connect(
        address_, [self = shared_from_this()](const error_code& error) { self->connected(error); });
  }

 private:
  void connected(error_code error) {
    if (done_ == nullptr) return;
    if (!error) socket_.send(asio::buffer(check_.query().data(), check_.query().size()), 0, error);
    if (error) return finish(failure_of(error));
    receive();
  }

  void receive() {
    socket_.async_receive(asio::buffer(buffer_),
                          [self = shared_from_this()](const error_code& error, std::size_t size) {
                            if (self->done_ != nullptr) self->received(error, size);
                          });
  }

  void received(const error_code& error, std::size_t size) {
    if (error == asio::error::connection_refused)
      return finish({Outcome::Refused, "nobody listens on the port"});
    if (error) return finish(failure_of(error));
    if (auto result = check_.judge(std::span(buffer_).first(size)))
      return finish(*std::move(result));
    receive();
  }

  void finish(Result result) {
    const auto took = base::Clock::now() - started_;
    result.latency = std::chrono::duration_cast<std::chrono::microseconds>(took);
    timer_.cancel();
    error_code ignored;
    socket_.close(ignored);
    std::exchange(done_, nullptr)(std::move(result));
  }

  DnsCheck check_;
  base::Duration timeout_;
  udp::endpoint address_;
  Prober::Done done_;
  udp::socket socket_;
  asio::steady_timer timer_;
  base::TimePoint started_{};
  std::array<std::uint8_t, 4096> buffer_{};
};

class DnsProber : public Prober {
 public:
  explicit DnsProber(asio::io_context& io) : io_(io) {}

  void probe(const Target& target, Done done) override {
    auto check = DnsCheck::make(target.monitor->dns, static_cast<std::uint16_t>(base::entropy()));
    if (check)
      return std::make_shared<DnsSession>(io_, target, *std::move(check), std::move(done))->start();
    asio::post(io_, [done = std::move(done)] {
      done({Outcome::NotProbed, "the query cannot be written"});
    });
  }

 private:
  asio::io_context& io_;
};

}  // namespace

std::unique_ptr<Prober> make_dns_prober(asio::io_context& io) {
  return std::make_unique<DnsProber>(io);
}

}  // namespace loadstar::health
