#include "loadstar/http/server.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/system/system_error.hpp>

#include "loadstar/base/bind_error.hpp"

#include "session.hpp"

namespace loadstar::http {
namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

/// How long nothing is accepted after the system refused.
constexpr auto kPause = std::chrono::milliseconds(100);

tcp::endpoint asio_endpoint(const base::Endpoint& endpoint) {
  return {asio::ip::make_address(endpoint.address.to_string()), endpoint.port};
}

tcp::acceptor bind(asio::io_context& io, const ServerOptions& options) {
  try {
    return tcp::acceptor(io, asio_endpoint(options.listen));
  } catch (const boost::system::system_error& error) {
    base::throw_bind_error(options.listen, options.what, error.code());
  }
}

}  // namespace

class Server::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(asio::io_context& io, ServerOptions options, Handler handler)
      : acceptor_(bind(io, options)),
        pause_(io),
        service_(std::make_shared<const Service>(
            Service{std::move(handler), options.limits, options.admit, options.on_refused})),
        options_(std::move(options)) {
    options_.listen.port = acceptor_.local_endpoint().port();
    reload_certificate();
  }

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
  void reload_certificate() {
    if (options_.tls) tls_ = server_context(*options_.tls);
  }
  [[nodiscard]] const base::Endpoint& endpoint() const noexcept { return options_.listen; }

 private:
  void on_accept(boost::system::error_code error, tcp::socket socket) {
    if (!acceptor_.is_open()) return;
    if (error) return pause();
    // One too many is closed at once, which says so sooner than a wait would.
    if (sessions_ < options_.limits.connections) start(std::move(socket));
    accept();
  }
  void start(tcp::socket socket) {
    ++sessions_;
    serve_connection(std::move(socket), service_, tls_,
                     [self = shared_from_this()] { --self->sessions_; });
  }
  void pause() {
    pause_.expires_after(kPause);
    pause_.async_wait([self = shared_from_this()](boost::system::error_code error) {
      if (!error) self->accept();
    });
  }

  tcp::acceptor acceptor_;
  asio::steady_timer pause_;
  std::shared_ptr<const Service> service_;
  ServerOptions options_;
  TlsContext tls_;
  std::size_t sessions_ = 0;
};

Server::Server(asio::io_context& io, ServerOptions options, Handler handler)
    : impl_(std::make_shared<Impl>(io, std::move(options), std::move(handler))) {
  impl_->accept();
}

Server::~Server() { impl_->close(); }

const base::Endpoint& Server::endpoint() const noexcept { return impl_->endpoint(); }

void Server::reload_certificate() { impl_->reload_certificate(); }

}  // namespace loadstar::http
