#pragma once

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

/// Connects and hangs up.
[[nodiscard]] std::unique_ptr<Prober> make_tcp_prober(boost::asio::io_context& io);
/// Negotiates TLS, judges the certificate and hangs up.
[[nodiscard]] std::unique_ptr<Prober> make_tls_prober(boost::asio::io_context& io);
/// Sends one HTTP/1.1 request on a connection of its own and judges the answer by HttpCheck.
[[nodiscard]] std::unique_ptr<Prober> make_http_prober(boost::asio::io_context& io);
/// The same over TLS, when the certificate is good.
[[nodiscard]] std::unique_ptr<Prober> make_https_prober(boost::asio::io_context& io);

/// One for every monitor type there is. `io` must outlive them and their probes.
[[nodiscard]] Probers make_probers(boost::asio::io_context& io);

}  // namespace loadstar::health
