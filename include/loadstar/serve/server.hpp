#pragma once
// The transports: they carry bytes between sockets and the responder, and decide nothing.
//
//   Server ─ binds every address for every worker, then starts the threads
//     Worker ─ one thread: one event loop, one Responder, its own SO_REUSEPORT sockets, its own
//     counters
//       UDP ─ readable ─► recvmmsg ─► respond in place ─► sendmmsg, in batches
//       TCP ─ accept ─► read all there is ─► answer every complete message ─► one send (RFC 7766)
//
// Built and driven by `app`. Nothing is shared between workers but the StateBoard, which they only
// read, and the draws of pools (steer::Draws).

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "loadstar/answer/responder.hpp"
#include "loadstar/answer/state.hpp"
#include "loadstar/base/address.hpp"
#include "loadstar/base/duration.hpp"

namespace loadstar::serve {

/// How much one worker does for TCP clients.
struct TcpLimits {
  /// Open connections; one more closes the one that has been idle longest.
  std::size_t connections = 1024;
  /// A connection on which no message was completed, or whose peer took none of its answers, for
  /// this long is closed (RFC 7766 6.2.3: of the order of seconds).
  base::Duration idle = std::chrono::seconds(10);
};

struct ServerOptions {
  /// Not empty. Port 0 takes a free port, the same for UDP and TCP.
  std::vector<base::Endpoint> listen;
  std::uint32_t workers = 1;
  answer::ResponderOptions responder;
  TcpLimits tcp;
};

/// What one worker has done since it started.
struct WorkerCounts {
  std::array<std::uint64_t, answer::kReasons> reasons{};  ///< by answer::Reason
  std::uint64_t udp_received = 0;                         ///< datagrams
  std::uint64_t udp_send_failures = 0;                    ///< answers that the system did not take
  std::uint64_t tcp_messages = 0;
  std::uint64_t tcp_accepted = 0;
  std::uint64_t tcp_accept_failures = 0;  ///< for want of descriptors or memory
  std::uint64_t tcp_evicted = 0;          ///< closed to make room
  std::uint64_t tcp_timed_out = 0;
  std::uint64_t tcp_open = 0;  ///< now

  /// Adds those of another worker.
  WorkerCounts& operator+=(const WorkerCounts& other) noexcept;
};

enum class Protocol : std::uint8_t { Udp, Tcp };

/// "udp", "tcp"
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
  /// be bound. The board must outlive the server.
  Server(const answer::StateBoard& board, ServerOptions options);
  /// Stops.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// The addresses as bound, ports filled in; UDP and TCP of each in the order of
  /// ServerOptions::listen.
  [[nodiscard]] const std::vector<Listening>& listening() const noexcept;

  /// Starts the workers. Publish a State first: without one every query is SERVFAIL.
  void start();
  /// Answers what has already arrived over UDP, closes all connections and joins the threads.
  void stop();

  /// One for each worker.
  [[nodiscard]] std::vector<WorkerCounts> counts() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace loadstar::serve
