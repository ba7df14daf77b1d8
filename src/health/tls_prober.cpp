#include <fmt/format.h>

#include "loadstar/health/prober.hpp"

#include "tls_session.hpp"

namespace loadstar::health {
namespace {

class HandshakeSession final : public TlsSession {
 public:
  using TlsSession::TlsSession;

 private:
  void ready() override {
    finish(
        {Outcome::Success, fmt::format("{}, certificate ends in {} days", version(), days_left())});
  }
};

class TlsProber : public Prober {
 public:
  explicit TlsProber(boost::asio::io_context& io) : io_(io) {}

  void probe(const Target& target, Done done) override {
    start_over_tls<HandshakeSession>(io_, trust_, target, std::move(done));
  }

 private:
  boost::asio::io_context& io_;
  TlsTrust trust_;
};

}  // namespace

std::unique_ptr<Prober> make_tls_prober(boost::asio::io_context& io) {
  return std::make_unique<TlsProber>(io);
}

}  // namespace loadstar::health
