#include "loadstar/control/http_server.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/system/system_error.hpp>

#include "loadstar/serve/bind_error.hpp"

#include "http_session.hpp"

namespace loadstar::control {
namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

/// How long nothing is accepted after the system refused.
constexpr auto kPause = std::chrono::milliseconds(100);

tcp::endpoint asio_endpoint(const base::Endpoint& endpoint) {
  return {asio::ip::make_address(endpoint.address.to_string()), endpoint.port};
}

tcp::acceptor bind(asio::io_context& io, const base::Endpoint& endpoint) {
  try {
    return tcp::acceptor(io, asio_endpoint(endpoint));
  } catch (const boost::system::system_error& error) {
    serve::throw_bind_error(endpoint, "control", error.code());
  }
}

}  // namespace

class HttpServer::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(asio::io_context& io, const base::Endpoint& endpoint, Backend& backend, HttpLimits limits)
      : acceptor_(bind(io, endpoint)),
        pause_(io),
        backend_(backend),
        limits_(limits),
        endpoint_{endpoint.address, acceptor_.local_endpoint().port()} {}

  void accept() {
    acceptor_.async_accept(
        [self = shared_from_this()](boost::system::error_code error, tcp::socket socket) {
          self->on_accept(error, std::move(socket));
        });
  }
  void close() {
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    pause_.cancel();
  }
  [[nodiscard]] const base::Endpoint& endpoint() const noexcept { return endpoint_; }

 private:
  void on_accept(boost::system::error_code error, tcp::socket socket) {
    if (!acceptor_.is_open()) return;
    if (error) return pause();
    // One too many is closed at once, which says so sooner than a wait would.
    if (sessions_ < limits_.connections) start(std::move(socket));
    accept();
  }
  void start(tcp::socket socket) {
    ++sessions_;
    std::make_shared<HttpSession>(std::move(socket), backend_, limits_,
                                  [self = shared_from_this()] { --self->sessions_; })
        ->start();
  }
  void pause() {
    pause_.expires_after(kPause);
    pause_.async_wait([self = shared_from_this()](boost::system::error_code error) {
      if (!error) self->accept();
    });
  }

  tcp::acceptor acceptor_;
  asio::steady_timer pause_;
  Backend& backend_;
  HttpLimits limits_;
  base::Endpoint endpoint_;
  std::size_t sessions_ = 0;
};

HttpServer::HttpServer(asio::io_context& io, const base::Endpoint& endpoint, Backend& backend,
                       HttpLimits limits)
    : impl_(std::make_shared<Impl>(io, endpoint, backend, limits)) {
  impl_->accept();
}

HttpServer::~HttpServer() { impl_->close(); }

const base::Endpoint& HttpServer::endpoint() const noexcept { return impl_->endpoint(); }

}  // namespace loadstar::control
