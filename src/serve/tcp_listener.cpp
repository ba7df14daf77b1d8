#include "tcp_listener.hpp"

#include <cerrno>
#include <exception>
#include <poll.h>
#include <sys/socket.h>

#include "plain_stream.hpp"
#include "tls_identity.hpp"
#include "tls_stream.hpp"

namespace loadstar::serve {

TcpListener::TcpListener(Context context, Protocol protocol, Fd socket, TcpConnections& connections)
    : context_(context),
      protocol_(protocol),
      socket_(std::move(socket)),
      connections_(connections) {}

void TcpListener::wait_for(Interest interest) noexcept {
  if (context_.poller.change(socket_.get(), interest_, interest, *this)) interest_ = interest;
}

void TcpListener::on_ready() noexcept {
  for (int i = 0; i < kAcceptsPerWake; ++i) {
    const Accepted accepted = accept_one();
    if (accepted == Accepted::None) return;
    if (accepted == Accepted::Exhausted) {
      context_.counters.accept_failures.add();
      if (!connections_.close_oldest()) return wait_for(Interest::None);
    }
  }
}

TcpListener::Accepted TcpListener::accept_one() noexcept {
  sockaddr_storage name{};
  socklen_t size = sizeof name;
  Fd socket(::accept4(socket_.get(), reinterpret_cast<sockaddr*>(&name), &size,
                      SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (socket.valid()) {
    base::Address client;
    read_address(name, client);
    hand_over(std::move(socket), client);
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
bool TcpListener::has_pending() const noexcept {
  pollfd one{socket_.get(), POLLIN, 0};
  return ::poll(&one, 1, 0) == 1;
}

void TcpListener::hand_over(Fd socket, const base::Address& client) noexcept {
  if (protocol_ == Protocol::ProxyTcp && !context_.proxy.has_front_at(client)) {
    return connections_.refuse(TcpEnd::ProxySource);
  }
  try {
    connect(std::move(socket), client);
  } catch (const std::exception&) {
    context_.counters.accept_failures.add();  // no memory for this one; the others go on
  }
}

void TcpListener::connect(Fd socket, const base::Address& client) {
  auto stream = stream_over(socket.get());
  const bool is_tls = protocol_ == Protocol::Tls;
  connections_.add({.socket = std::move(socket),
                    .stream = std::move(stream),
                    .address = client,
                    .transport = is_tls ? answer::Transport::Tls : answer::Transport::Tcp,
                    .is_proxied = protocol_ == Protocol::ProxyTcp});
}

std::unique_ptr<Stream> TcpListener::stream_over(int socket) const {
  if (protocol_ != Protocol::Tls) return std::make_unique<PlainStream>(socket);
  const auto identity = context_.identity.get();
  return std::make_unique<TlsStream>(socket, identity->context(), context_.counters);
}

}  // namespace loadstar::serve
