#pragma once
// The transports: they carry bytes between sockets and the responder, and decide nothing.
//
//   Server ─ binds every address for every worker, then starts the threads
//     Worker ─ a share of all queries: SO_REUSEPORT sockets of its own for every address
//       UdpThread ─ one for each UDP socket: recvmmsg ─► respond in place ─► sendmmsg, in batches
//       TcpLoop ─ one thread for all connections of the worker
//         TCP ─ accept ─► read all there is ─► answer every complete message ─► one send (RFC 7766)
//         TLS ─ as TCP, through OpenSSL (RFC 7858)
//       behind a front ─ as UDP and TCP, with the client's address in a PROXY header
//     XdpInterface ─ one for each interface whose queries over UDP pass by the kernel's sockets
//       XdpThread ─ one for each of its queues: frames ─► respond in place ─► frames (AF_XDP)
//
// Each thread has a Responder and counters of its own. Built and driven by `app`. Nothing is shared
// between threads but the StateBoard, which they only read, the rate limiter and the draws of pools
// (steer::Draws).

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "loadstar/answer/responder.hpp"
#include "loadstar/answer/state.hpp"
#include "loadstar/base/address.hpp"
#include "loadstar/base/duration.hpp"

namespace loadstar::serve {

/// How much is done for clients over TCP and TLS. The numbers are for the whole server; each worker
/// has an even share of them, rounded up, as the kernel spreads connections evenly over workers.
struct TcpLimits {
  /// Open connections; one more closes the one that has been inactive longest.
  std::size_t connections = 10'000;
  /// Of these from one client, which is an IPv4 address or an IPv6 /56; one more closes the
  /// client's own that has been inactive longest.
  std::size_t per_client = 256;
  /// Bytes kept for messages that are incomplete and answers that are not read; more closes the
  /// connections that have had some for longest.
  std::size_t memory = 64 << 20;
  /// A connection without a query is closed after this (RFC 7766 6.2.3: of the order of seconds).
  base::Duration idle = std::chrono::seconds(10);
  /// As is one whose peer takes longer to complete a message, or to read the answers that wait for
  /// it.
  base::Duration io = std::chrono::seconds(5);
  /// TLS handshakes under way, each of which costs far more than a connection in the clear; one
  /// more closes the one that has been under way longest.
  std::size_t handshakes = 1000;
  /// Of these with one client; one more closes the client's own that has been under way longest.
  std::size_t handshakes_per_client = 64;
  /// A handshake that takes longer is closed.
  base::Duration handshake = std::chrono::seconds(3);

  /// What one of `workers` has.
  [[nodiscard]] TcpLimits share(std::uint32_t workers) const noexcept;
};

/// Why a connection was closed. Each is counted under exactly one.
enum class TcpEnd : std::uint8_t {
  Ended,           ///< by the client, when all was answered
  Broken,          ///< by the client, before; or by the network
  Idle,            ///< TcpLimits::idle
  Stalled,         ///< TcpLimits::io or TcpLimits::handshake
  Evicted,         ///< TcpLimits::connections, or no descriptor was left
  ClientLimit,     ///< TcpLimits::per_client
  Memory,          ///< TcpLimits::memory, or the system has none
  BadLength,       ///< a length that no message can have
  BadHandshake,    ///< of TLS
  HandshakeLimit,  ///< TcpLimits::handshakes or TcpLimits::handshakes_per_client
  ProxySource,     ///< not from one of ProxyOptions::from
  ProxyHeader,     ///< without a PROXY header
  Stopped,         ///< the server ended
};
inline constexpr std::size_t kTcpEnds = 13;

/// The metric label: "ended", "client_limit", …
[[nodiscard]] std::string_view to_string(TcpEnd end) noexcept;

/// PEM files.
struct TlsFiles {
  std::filesystem::path certificate;  ///< with the chain to a root behind it
  std::filesystem::path key;          ///< without a password
};

/// DNS over TLS (RFC 7858).
struct TlsOptions {
  std::vector<base::Endpoint> listen;
  TlsFiles files;
};

/// Listeners for a front, such as dnsdist, that puts a PROXY header (version 2) with the client's
/// address before each datagram and at the start of each connection.
struct ProxyOptions {
  std::vector<base::Endpoint> listen;
  std::vector<base::Prefix> from;  ///< where fronts are; what comes from elsewhere is dropped

  [[nodiscard]] bool has_front_at(const base::Address& address) const noexcept;
};

/// An interface on which queries over UDP pass by the kernel's UDP and its sockets (AF_XDP). The
/// sockets stay: what cannot be taken that way they answer.
struct XdpOptions {
  std::string interface;
  /// In the driver, or behind it at less speed; nullopt: in the driver if it can.
  std::optional<bool> native{};
  /// Frames stay where the device has put them, or are copied; nullopt: they stay if the driver
  /// can do it.
  std::optional<bool> zero_copy{};
  /// Answers go back to the neighbor that the query came from. Otherwise the kernel's routes say to
  /// whom, and those that have to leave by another interface are left to the sockets.
  bool symmetric = false;
};

/// What came of XdpOptions.
struct XdpStatus {
  std::string interface;
  std::uint32_t queues = 0;  ///< 0: not used
  bool native = false;
  bool zero_copy = false;
  std::string problem{};  ///< why it is not used, or not for all addresses; "" = none

  /// "eth0: native, copy, 2 queues"
  [[nodiscard]] std::string to_string() const;
};

struct ServerOptions {
  /// Not empty. Port 0 takes a free port, the same for UDP and TCP.
  std::vector<base::Endpoint> listen;
  std::uint32_t workers = 1;
  answer::ResponderOptions responder;
  TcpLimits tcp{};
  std::optional<TlsOptions> tls{};
  ProxyOptions proxy{};
  std::vector<XdpOptions> xdp{};
};

/// What one worker has done since it started, or the thread of one queue of XdpOptions.
struct WorkerCounts {
  std::array<std::uint64_t, answer::kReasons> reasons{};  ///< by answer::Reason
  std::uint64_t udp_received = 0;                         ///< datagrams
  std::uint64_t udp_send_failures = 0;                    ///< answers that the system did not take
  std::uint64_t udp_proxy_sources = 0;    ///< datagrams not from one of ProxyOptions::from, dropped
  std::uint64_t udp_proxy_headers = 0;    ///< datagrams without a PROXY header, dropped
  std::uint64_t xdp_received = 0;         ///< frames taken past the sockets
  std::uint64_t xdp_sent = 0;             ///< frames with an answer
  std::uint64_t xdp_send_failures = 0;    ///< attempts that a driver refused; they are repeated
  std::uint64_t xdp_malformed = 0;        ///< frames that are no datagram, dropped
  std::uint64_t xdp_checksums = 0;        ///< frames whose UDP checksum is not right, dropped
  std::uint64_t xdp_overflows = 0;        ///< frames that came too fast, dropped
  std::uint64_t tcp_messages = 0;         ///< over TLS as well, as are the following
  std::uint64_t tcp_accepted = 0;         ///< connections: those open and those closed
  std::uint64_t tcp_accept_failures = 0;  ///< for want of descriptors or memory
  std::array<std::uint64_t, kTcpEnds> tcp_closed{};  ///< by TcpEnd
  std::uint64_t tls_handshakes = 0;
  std::uint64_t tls_resumed = 0;  ///< handshakes with a session ticket
  std::uint64_t tcp_open = 0;     ///< now

  /// Adds those of another worker.
  WorkerCounts& operator+=(const WorkerCounts& other) noexcept;
};

/// What an address speaks.
enum class Protocol : std::uint8_t { Udp, Tcp, Tls, ProxyUdp, ProxyTcp };

[[nodiscard]] constexpr bool is_udp(Protocol protocol) noexcept {
  return protocol == Protocol::Udp || protocol == Protocol::ProxyUdp;
}

/// "udp", "tcp", "tls", "proxy udp", "proxy tcp"
[[nodiscard]] std::string_view to_string(Protocol protocol) noexcept;

/// An address that answers.
struct Listening {
  base::Endpoint endpoint;
  Protocol protocol = Protocol::Udp;

  /// "127.0.0.1:53 (udp)"
  [[nodiscard]] std::string to_string() const;
};

/// Whether this machine can open IPv6 sockets at all.
[[nodiscard]] bool has_ipv6() noexcept;

/// Answers DNS queries on the given addresses. One thread owns it; counts() may be called from any.
class Server {
 public:
  /// Binds everything and answers nothing yet. Throws base::ConfigError for an address that cannot
  /// be bound, or a certificate that cannot be used; what XdpOptions ask for can fail, which xdp()
  /// tells. The board must outlive the server.
  Server(const answer::StateBoard& board, ServerOptions options);
  /// Stops.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// The addresses as bound, ports filled in: UDP and TCP of each in the order of
  /// ServerOptions::listen, then those of TLS, then those of fronts.
  [[nodiscard]] const std::vector<Listening>& listening() const noexcept;

  /// What came of each of ServerOptions::xdp.
  [[nodiscard]] const std::vector<XdpStatus>& xdp() const noexcept;

  /// Starts the workers. Publish a State first: without one every query is SERVFAIL.
  void start();
  /// Answers what has already arrived over UDP, closes all connections and joins the threads.
  void stop();

  /// Reads the certificate and its key again, for connections to come. Throws base::ConfigError,
  /// and goes on with what it has, when they cannot be used.
  void reload_certificate();
  /// When the certificate ends; nullopt without TLS.
  [[nodiscard]] std::optional<std::chrono::system_clock::time_point> certificate_expires() const;

  /// One for each worker, then one for each queue of the interfaces in use.
  [[nodiscard]] std::vector<WorkerCounts> counts() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace loadstar::serve
