#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>
#include <string>

#include "loadstar/health/prober.hpp"

#include "probe_session.hpp"

namespace loadstar::health {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

/// A connection on which the monitor's text is sent and one is waited for, if it has them.
class TcpSession : public ProbeSession {
 public:
  using ProbeSession::ProbeSession;

 private:
  [[nodiscard]] const model::TcpExchange& exchange() const { return target().monitor->tcp; }

  void connected() override {
    if (exchange().send.empty()) return sent();
    set_phase("sending");
    asio::async_write(socket(), asio::buffer(exchange().send),
                      [this, self = shared_from_this()](const error_code& error, std::size_t) {
                        if (is_finished()) return;
                        if (error) return fail(error);
                        sent();
                      });
  }

  void sent() {
    if (exchange().expect.empty()) return finish({Outcome::Success, "connected"});
    set_phase("waiting for the answer");
    read();
  }

  void read() {
    socket().async_read_some(
        asio::buffer(buffer_),
        [this, self = shared_from_this()](const error_code& error, std::size_t count) {
          if (!is_finished()) read_finished(error, count);
        });
  }

  void read_finished(const error_code& error, std::size_t count) {
    const std::string& wanted = exchange().expect;
    if (error == asio::error::eof) return finish(missing());
    if (error) return fail(error);
    const std::size_t searched = answer_.size() - std::min(answer_.size(), wanted.size() - 1);
    answer_.append(buffer_.data(), std::min(count, model::kMaxProbeBody - answer_.size()));
    if (answer_.find(wanted, searched) != std::string::npos)
      return finish({Outcome::Success, fmt::format("answer has \"{}\"", wanted)});
    if (answer_.size() == model::kMaxProbeBody) return finish(missing());
    read();
  }

  [[nodiscard]] Result missing() const {
    if (answer_.empty()) return {Outcome::Closed, "closed without an answer"};
    return {Outcome::WrongBody, fmt::format("no \"{}\" in the first {} bytes of the answer",
                                            exchange().expect, answer_.size())};
  }

  std::string answer_;
  std::array<char, 4096> buffer_{};
};

class TcpProber : public Prober {
 public:
  explicit TcpProber(asio::io_context& io) : io_(io) {}

  void probe(const Target& target, Done done) override {
    std::make_shared<TcpSession>(io_, target, std::move(done))->start();
  }

 private:
  asio::io_context& io_;
};

}  // namespace

std::unique_ptr<Prober> make_tcp_prober(asio::io_context& io) {
  return std::make_unique<TcpProber>(io);
}

}  // namespace loadstar::health
