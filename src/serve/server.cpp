#include "loadstar/serve/server.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <stdexcept>
#include <sys/socket.h>

#include "loadstar/base/diagnostic.hpp"

#include "socket.hpp"
#include "tls_identity.hpp"
#include "worker.hpp"
#include "xdp_interface.hpp"

namespace loadstar::serve {
namespace {

/// Tries for a port that is free for both protocols.
constexpr int kPortTries = 16;

/// Finds out what is bound for an address, and that nobody else has it: UDP and TCP on the same
/// port.
std::pair<Listening, Listening> claim_both(const base::Endpoint& wanted, Protocol udp,
                                           Protocol tcp) {
  for (int i = 1;; ++i) {
    const base::Endpoint endpoint = claim({wanted, udp});
    try {
      return {{endpoint, udp}, {claim({endpoint, tcp}), tcp}};
    } catch (const base::ConfigError&) {
      if (wanted.port != 0 || i == kPortTries) throw;
    }
  }
}

std::vector<base::Endpoint> udp_of(const std::vector<Listening>& listening) {
  std::vector<base::Endpoint> endpoints;
  for (const Listening& one : listening) {
    if (one.protocol == Protocol::Udp) endpoints.push_back(one.endpoint);
  }
  return endpoints;
}

}  // namespace

struct Server::Impl {
  TicketKeys ticket_keys{base::Clock::now()};
  std::optional<TlsOptions> tls;
  base::Published<TlsIdentity> identity;  // of connections to come
  std::vector<std::unique_ptr<Worker>> workers;
  std::vector<Listening> listening;
  std::vector<XdpInterface> xdp;
  std::vector<XdpStatus> xdp_status;

  void bind(const Listening& address) {
    for (auto& worker : workers) worker->add(address.protocol, open_shared(address));
    listening.push_back(address);
  }
  void bind_both(const std::vector<base::Endpoint>& endpoints, Protocol udp, Protocol tcp) {
    for (const base::Endpoint& endpoint : endpoints) {
      const auto [first, second] = claim_both(endpoint, udp, tcp);
      bind(first);
      bind(second);
    }
  }
  void bind_tls() {
    for (const base::Endpoint& endpoint : tls->listen) {
      bind({claim({endpoint, Protocol::Tls}), Protocol::Tls});
    }
  }
  /// The sockets serve without it as well.
  void open_xdp(const answer::StateBoard& board, const answer::ResponderOptions& responder,
                const XdpOptions& options) {
    try {
      xdp.emplace_back(board, responder, options, udp_of(listening));
      xdp_status.push_back(xdp.back().status());
    } catch (const std::runtime_error& error) {
      xdp_status.push_back({.interface = options.interface, .problem = error.what()});
    }
  }
  void load_certificate() {
    identity.set(std::make_shared<const TlsIdentity>(tls->files, ticket_keys));
  }
};

Server::Server(const answer::StateBoard& board, ServerOptions options)
    : impl_(std::make_unique<Impl>()) {
  if (options.responder.draws == nullptr)
    options.responder.draws = std::make_shared<steer::Draws>();
  options.responder.tcp_idle = options.tcp.idle;
  for (std::uint32_t i = 0; i < options.workers; ++i) {
    impl_->workers.push_back(std::make_unique<Worker>(board, options, impl_->identity));
  }
  impl_->tls = options.tls;
  reload_certificate();
  impl_->bind_both(options.listen, Protocol::Udp, Protocol::Tcp);
  if (impl_->tls) impl_->bind_tls();
  impl_->bind_both(options.proxy.listen, Protocol::ProxyUdp, Protocol::ProxyTcp);
  for (const XdpOptions& one : options.xdp) impl_->open_xdp(board, options.responder, one);
}

Server::~Server() { stop(); }

const std::vector<Listening>& Server::listening() const noexcept { return impl_->listening; }

const std::vector<XdpStatus>& Server::xdp() const noexcept { return impl_->xdp_status; }

void Server::start() {
  for (auto& worker : impl_->workers) worker->start();
  for (auto& interface : impl_->xdp) interface.start();
}

void Server::stop() {
  // First, so that what comes from now on finds the sockets.
  for (auto& interface : impl_->xdp) interface.request_stop();
  for (auto& worker : impl_->workers) worker->request_stop();
  for (auto& interface : impl_->xdp) interface.join();
  for (auto& worker : impl_->workers) worker->join();
}

void Server::reload_certificate() {
  if (impl_->tls) impl_->load_certificate();
}

std::optional<std::chrono::system_clock::time_point> Server::certificate_expires() const {
  const auto identity = impl_->identity.get();
  if (identity == nullptr) return std::nullopt;
  return identity->expires();
}

std::vector<WorkerCounts> Server::counts() const {
  std::vector<WorkerCounts> counts;
  counts.reserve(impl_->workers.size());
  for (const auto& worker : impl_->workers) counts.push_back(worker->counts());
  for (const auto& interface : impl_->xdp) interface.add_to(counts);
  return counts;
}

bool ProxyOptions::has_front_at(const base::Address& address) const noexcept {
  return std::ranges::any_of(from, [&](const auto& one) { return one.contains(address); });
}

WorkerCounts& WorkerCounts::operator+=(const WorkerCounts& other) noexcept {
  for (std::size_t i = 0; i < reasons.size(); ++i) reasons[i] += other.reasons[i];
  udp_received += other.udp_received;
  udp_send_failures += other.udp_send_failures;
  udp_proxy_sources += other.udp_proxy_sources;
  udp_proxy_headers += other.udp_proxy_headers;
  xdp_received += other.xdp_received;
  xdp_sent += other.xdp_sent;
  xdp_send_failures += other.xdp_send_failures;
  xdp_malformed += other.xdp_malformed;
  xdp_checksums += other.xdp_checksums;
  xdp_overflows += other.xdp_overflows;
  tcp_messages += other.tcp_messages;
  tcp_accepted += other.tcp_accepted;
  tcp_accept_failures += other.tcp_accept_failures;
  for (std::size_t i = 0; i < tcp_closed.size(); ++i) tcp_closed[i] += other.tcp_closed[i];
  tls_handshakes += other.tls_handshakes;
  tls_resumed += other.tls_resumed;
  tcp_open += other.tcp_open;
  return *this;
}

TcpLimits TcpLimits::share(std::uint32_t workers) const noexcept {
  const auto share_of = [workers](std::size_t all) { return (all + workers - 1) / workers; };
  TcpLimits part = *this;
  part.connections = share_of(connections);
  part.per_client = share_of(per_client);
  part.memory = share_of(memory);
  part.handshakes = share_of(handshakes);
  part.handshakes_per_client = share_of(handshakes_per_client);
  return part;
}

std::string_view to_string(TcpEnd end) noexcept {
  switch (end) {
    case TcpEnd::Ended: return "ended";
    case TcpEnd::Broken: return "broken";
    case TcpEnd::Idle: return "idle";
    case TcpEnd::Stalled: return "stalled";
    case TcpEnd::Evicted: return "evicted";
    case TcpEnd::ClientLimit: return "client_limit";
    case TcpEnd::Memory: return "memory";
    case TcpEnd::BadLength: return "bad_length";
    case TcpEnd::BadHandshake: return "bad_handshake";
    case TcpEnd::HandshakeLimit: return "handshake_limit";
    case TcpEnd::ProxySource: return "proxy_source";
    case TcpEnd::ProxyHeader: return "proxy_header";
    case TcpEnd::Stopped: return "stopped";
  }
  return "";
}

std::string_view to_string(Protocol protocol) noexcept {
  switch (protocol) {
    case Protocol::Udp: return "udp";
    case Protocol::Tcp: return "tcp";
    case Protocol::Tls: return "tls";
    case Protocol::ProxyUdp: return "proxy udp";
    case Protocol::ProxyTcp: return "proxy tcp";
  }
  return "";
}

std::string Listening::to_string() const {
  return endpoint.to_string() + " (" + std::string(serve::to_string(protocol)) + ")";
}

std::string XdpStatus::to_string() const {
  return fmt::format("{}: {}, {}, {} queue{}", interface, native ? "native" : "generic",
                     zero_copy ? "zero copy" : "copy", queues, queues == 1 ? "" : "s");
}

bool has_ipv6() noexcept { return Fd(::socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0)).valid(); }

}  // namespace loadstar::serve
