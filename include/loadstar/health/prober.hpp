#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>

#include "loadstar/health/result.hpp"
#include "loadstar/health/target.hpp"
#include "loadstar/model/monitor.hpp"

namespace boost::asio {
class io_context;
}

namespace loadstar::health {

/// Probes targets of one monitor type. A new type is one implementation in a file of its own and a
/// line in make_probers().
class Prober {
 public:
  using Done = std::function<void(Result)>;

  virtual ~Prober() = default;

  /// Starts one probe and returns. `done` is called exactly once, later and from the event loop,
  /// when the monitor's timeout is over at the latest whatever the peer does; never when the event
  /// loop ends before. Everything that the probe opened is closed by then.
  virtual void probe(const Target& target, Done done) = 0;
};

/// The prober of each monitor type.
using Probers = std::map<model::MonitorType, std::unique_ptr<Prober>>;

/// Connects, says and hears what the monitor asks for, and hangs up.
[[nodiscard]] std::unique_ptr<Prober> make_tcp_prober(boost::asio::io_context& io);
/// Negotiates TLS, judges the certificate and hangs up.
[[nodiscard]] std::unique_ptr<Prober> make_tls_prober(boost::asio::io_context& io);
/// Sends one HTTP/1.1 request on a connection of its own and judges the answer by HttpCheck.
[[nodiscard]] std::unique_ptr<Prober> make_http_prober(boost::asio::io_context& io);
/// The same over TLS, when the certificate is good.
[[nodiscard]] std::unique_ptr<Prober> make_https_prober(boost::asio::io_context& io);

/// Sends one echo request (RFC 792, RFC 4443 4.1) and waits for its reply. All probes of a family
/// share one socket, which is opened here: a raw one can be had only before privileges are gone.
[[nodiscard]] std::unique_ptr<Prober> make_icmp_prober(boost::asio::io_context& io);
/// Sends one query over UDP from a port of its own and judges the answer by DnsCheck.
[[nodiscard]] std::unique_ptr<Prober> make_dns_prober(boost::asio::io_context& io);
/// Programs that run at the same time at most.
inline constexpr std::size_t kMaxPrograms = 32;
/// Runs a program; at most kMaxPrograms at once, others wait for their turn within their timeout.
[[nodiscard]] std::unique_ptr<Prober> make_exec_prober(boost::asio::io_context& io);
/// Looks the address up in a file, which is read when it has changed.
[[nodiscard]] std::unique_ptr<Prober> make_file_prober(boost::asio::io_context& io);
/// Reads one line of a site's own report (HAProxy's agent-check).
[[nodiscard]] std::unique_ptr<Prober> make_agent_prober(boost::asio::io_context& io);

/// One for every monitor type there is. `io` must outlive them and their probes.
[[nodiscard]] Probers make_probers(boost::asio::io_context& io);

}  // namespace loadstar::health
