#include "loadstar/health/prober.hpp"

#include "probe_session.hpp"

namespace loadstar::health {
namespace {

class TcpSession : public ProbeSession {
 public:
  using ProbeSession::ProbeSession;

 private:
  void connected() override { finish({Outcome::Success, "connected"}); }
};

class TcpProber : public Prober {
 public:
  explicit TcpProber(boost::asio::io_context& io) : io_(io) {}

  void probe(const Target& target, Done done) override {
    std::make_shared<TcpSession>(io_, target, std::move(done))->start();
  }

 private:
  boost::asio::io_context& io_;
};

}  // namespace

std::unique_ptr<Prober> make_tcp_prober(boost::asio::io_context& io) {
  return std::make_unique<TcpProber>(io);
}

}  // namespace loadstar::health
