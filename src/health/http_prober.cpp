#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/write.hpp>
#include <string>
#include <tuple>
#include <utility>

#include "loadstar/health/http_check.hpp"
#include "loadstar/health/prober.hpp"

#include "probe_session.hpp"
#include "tls_session.hpp"

namespace loadstar::health {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

/// In the clear, what TlsSession is over TLS.
class PlainSession : public ProbeSession {
 public:
  using ProbeSession::ProbeSession;

 protected:
  [[nodiscard]] asio::ip::tcp::socket& stream() noexcept { return socket(); }
  virtual void ready() = 0;

 private:
  void connected() final { ready(); }
};

/// A request and its answer over a PlainSession or a TlsSession, which takes More.
template <class Session, class... More>
class HttpSession final : public Session {
 public:
  HttpSession(asio::io_context& io, const Target& target, Prober::Done done, More... more)
      : Session(io, target, std::move(done), more...),
        io_(io),
        more_(std::move(more)...),
        request_(render_request(*target.monitor, target.address)),
        check_(this->target().monitor->http) {}

 private:
  void ready() override {
    this->set_phase("sending the request");
    asio::async_write(
        this->stream(), asio::buffer(request_),
        [this, self = this->shared_from_this()](const error_code& error, std::size_t) {
          if (this->is_finished()) return;
          if (error) return this->fail(error);
          this->set_phase("waiting for the answer");
          read();
        });
  }

  void read() {
    this->stream().async_read_some(
        asio::buffer(buffer_),
        [this, self = this->shared_from_this()](const error_code& error, std::size_t count) {
          if (!this->is_finished()) read_finished(error, count);
        });
  }

  // Many servers end TLS without a word: how long the answer is, HTTP says.
  void read_finished(const error_code& error, std::size_t count) {
    if (error == asio::error::eof || error == asio::ssl::error::stream_truncated)
      return conclude(check_.end());
    if (error) return this->fail(error);
    if (auto result = check_.take({buffer_.data(), count})) return conclude(*std::move(result));
    this->set_phase("reading the answer");
    read();
  }

  void conclude(Result result) {
    const model::Monitor& monitor = *this->target().monitor;
    if (check_.location().empty() || monitor.http.follow_redirects == 0)
      return this->finish(std::move(result));
    auto path = path_of_redirect(monitor, this->target().address, check_.location());
    if (path) return follow(*std::move(path));
    result.text += "; redirected to where probes do not follow";
    this->finish(std::move(result));
  }

  /// On a connection of its own; the time runs on.
  void follow(std::string path) {
    auto monitor = std::make_shared<model::Monitor>(*this->target().monitor);
    monitor->http.path = std::move(path);
    --monitor->http.follow_redirects;
    const Target next{std::move(monitor), this->target().address};
    const auto session = std::apply(
        [&](const More&... more) {
          return std::make_shared<HttpSession>(io_, next, this->give_up(), more...);
        },
        more_);
    session->start(this->started());
  }

  asio::io_context& io_;
  std::tuple<More...> more_;
  std::string request_;
  HttpCheck check_;
  std::array<char, 4096> buffer_{};
};

class HttpProber : public Prober {
 public:
  explicit HttpProber(asio::io_context& io) : io_(io) {}

  void probe(const Target& target, Done done) override {
    std::make_shared<HttpSession<PlainSession>>(io_, target, std::move(done))->start();
  }

 private:
  asio::io_context& io_;
};

class HttpsProber : public Prober {
 public:
  explicit HttpsProber(asio::io_context& io) : io_(io) {}

  void probe(const Target& target, Done done) override {
    start_over_tls<HttpSession<TlsSession, TlsTrust::Context>>(io_, trust_, target,
                                                               std::move(done));
  }

 private:
  asio::io_context& io_;
  TlsTrust trust_;
};

}  // namespace

std::unique_ptr<Prober> make_http_prober(asio::io_context& io) {
  return std::make_unique<HttpProber>(io);
}

std::unique_ptr<Prober> make_https_prober(asio::io_context& io) {
  return std::make_unique<HttpsProber>(io);
}

}  // namespace loadstar::health
