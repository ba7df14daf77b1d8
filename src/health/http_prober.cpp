#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/write.hpp>
#include <string>
#include <utility>

#include "loadstar/health/http_check.hpp"
#include "loadstar/health/prober.hpp"

#include "probe_session.hpp"

namespace loadstar::health {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

class HttpSession : public ProbeSession {
 public:
  HttpSession(asio::io_context& io, const Target& target, Prober::Done done)
      : ProbeSession(io, target, std::move(done)),
        request_(render_request(target.monitor->http, target.address)),
        check_(target.monitor->http) {}

 private:
  void connected() override {
    set_phase("sending the request");
    asio::async_write(socket(), asio::buffer(request_),
                      [this, self = shared_from_this()](const error_code& error, std::size_t) {
                        if (is_finished()) return;
                        if (error) return fail(error);
                        set_phase("waiting for the answer");
                        read();
                      });
  }

  void read() {
    socket().async_read_some(
        asio::buffer(buffer_),
        [this, self = shared_from_this()](const error_code& error, std::size_t count) {
          if (!is_finished()) read_finished(error, count);
        });
  }

  void read_finished(const error_code& error, std::size_t count) {
    if (error == asio::error::eof) return finish(check_.end());
    if (error) return fail(error);
    if (auto result = check_.take({buffer_.data(), count})) return finish(*std::move(result));
    set_phase("reading the answer");
    read();
  }

  std::string request_;
  HttpCheck check_;
  std::array<char, 4096> buffer_{};
};

class HttpProber : public Prober {
 public:
  explicit HttpProber(asio::io_context& io) : io_(io) {}

  void probe(const Target& target, Done done) override {
    std::make_shared<HttpSession>(io_, target, std::move(done))->start();
  }

 private:
  asio::io_context& io_;
};

}  // namespace

std::unique_ptr<Prober> make_http_prober(asio::io_context& io) {
  return std::make_unique<HttpProber>(io);
}

}  // namespace loadstar::health
