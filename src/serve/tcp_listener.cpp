#include "tcp_listener.hpp"

#include <cerrno>
#include <exception>
#include <poll.h>
#include <sys/socket.h>

#include "plain_stream.hpp"
#include "tls_identity.hpp"
#include "tls_stream.hpp"

namespace loadstar::serve {
namespace asio = boost::asio;

namespace {

asio::ip::tcp tcp_of(base::Family family) {
  return family == base::Family::V4 ? asio::ip::tcp::v4() : asio::ip::tcp::v6();
}

}  // namespace

TcpListener::TcpListener(Context context, Protocol protocol, Socket socket,
                         TcpConnections& connections)
    : context_(context),
      protocol_(protocol),
      family_(tcp_of(socket.family)),
      acceptor_(context.io, family_, socket.fd.release()),
      pause_(context.io),
      connections_(connections) {}

void TcpListener::wait() {
  acceptor_.async_wait(asio::socket_base::wait_read, [this](boost::system::error_code error) {
    if (error == asio::error::operation_aborted) return;
    on_acceptable();
  });
}

void TcpListener::pause() {
  pause_.expires_after(kPause);
  pause_.async_wait([this](boost::system::error_code error) {
    if (!error) wait();
  });
}

void TcpListener::on_acceptable() {
  for (int i = 0; i < kAcceptsPerWake; ++i) {
    const Accepted accepted = accept_one();
    if (accepted == Accepted::None) break;
    if (accepted == Accepted::Exhausted) {
      context_.counters.accept_failures.add();
      if (!connections_.close_oldest()) return pause();
    }
  }
  wait();
}

TcpListener::Accepted TcpListener::accept_one() {
  sockaddr_storage name{};
  socklen_t size = sizeof name;
  Fd fd(::accept4(acceptor_.native_handle(), reinterpret_cast<sockaddr*>(&name), &size,
                  SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (fd.valid()) {
    base::Address client;
    read_address(name, client);
    hand_over(std::move(fd), client);
    return Accepted::One;
  }
  switch (errno) {
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM: return has_pending() ? Accepted::Exhausted : Accepted::None;
    case EAGAIN: return Accepted::None;
    default: return Accepted::One;  // this connection has failed before it was accepted: accept(2)
  }
}

/// The system looks for a free descriptor first and only then whether there is a connection to give
/// it to.
bool TcpListener::has_pending() {
  pollfd one{acceptor_.native_handle(), POLLIN, 0};
  return ::poll(&one, 1, 0) == 1;
}

void TcpListener::hand_over(Fd fd, const base::Address& client) {
  if (protocol_ == Protocol::ProxyTcp && !context_.proxy.has_front_at(client)) {
    return connections_.refuse(TcpEnd::ProxySource);
  }
  try {
    connect(std::move(fd), client);
  } catch (const std::exception&) {
    // No memory or no room in the poll set for this one; the others go on.
    context_.counters.accept_failures.add();
  }
}

void TcpListener::connect(Fd fd, const base::Address& client) {
  asio::ip::tcp::socket socket(context_.io, family_, fd.get());
  static_cast<void>(fd.release());
  auto stream = stream_over(socket.native_handle());
  const bool is_tls = protocol_ == Protocol::Tls;
  connections_.add({.socket = std::move(socket),
                    .stream = std::move(stream),
                    .address = client,
                    .transport = is_tls ? answer::Transport::Tls : answer::Transport::Tcp,
                    .is_proxied = protocol_ == Protocol::ProxyTcp});
}

std::unique_ptr<Stream> TcpListener::stream_over(int fd) const {
  if (protocol_ != Protocol::Tls) return std::make_unique<PlainStream>(fd);
  return std::make_unique<TlsStream>(fd, context_.identity->context(), context_.counters);
}

}  // namespace loadstar::serve
