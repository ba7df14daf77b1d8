#pragma once

#include <boost/asio/post.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <memory>
#include <utility>

#include "probe_session.hpp"
#include "tls_trust.hpp"

namespace loadstar::health {

/// A connection over TLS that shows what the monitor expects: whose certificate it is, by whom it
/// is vouched for, and how long it holds.
class TlsSession : public ProbeSession {
 public:
  TlsSession(boost::asio::io_context& io, const Target& target, Prober::Done done,
             TlsTrust::Context trust);

 protected:
  using Stream = boost::asio::ssl::stream<boost::asio::ip::tcp::socket&>;

  [[nodiscard]] Stream& stream() noexcept { return stream_; }
  /// The peer has shown it; as ProbeSession::connected().
  virtual void ready() = 0;

  /// Days until the first certificate of the chain ends; negative: it has.
  [[nodiscard]] int days_left() const;
  /// "TLSv1.3"
  [[nodiscard]] const char* version() const noexcept;

 private:
  void connected() final;
  [[nodiscard]] bool name_peer();
  void handshake_finished(const boost::system::error_code& error);
  [[nodiscard]] const model::TlsExpectation& expected() const noexcept {
    return target().monitor->tls;
  }

  TlsTrust::Context trust_;
  Stream stream_;
};

/// Probes with a Session that is a TlsSession; without roots to trust there is no probe.
template <class Session>
void start_over_tls(boost::asio::io_context& io, TlsTrust& trust, const Target& target,
                    Prober::Done done) {
  auto context = trust.context_for(target.monitor->tls);
  if (context) {
    std::make_shared<Session>(io, target, std::move(done), *std::move(context))->start();
    return;
  }
  boost::asio::post(io, [done = std::move(done), why = std::move(context).error()] {
    done({Outcome::NotProbed, why, {}});
  });
}

}  // namespace loadstar::health
