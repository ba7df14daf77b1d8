#pragma once

#include <memory>

#include "loadstar/model/dns_config.hpp"

namespace loadstar::app {

/// `loadstar dns`: builds everything and wires it.
///
///   files ─ Edition ──────────────┐
///                                 ├─ Publisher ─► StateBoard ─► serve::Server (worker threads)
///   ProbeRunner ─► health::Board ─┘
///   SIGHUP, changed files, POST /v1/reload ─► Reloader ─► next Edition
///
/// Probes, reloads and the control API live on the thread that calls run(); files are read on one
/// more.
class DnsServer {
 public:
  /// Reads the files and binds the sockets, in this order, then gives up privileges. Throws
  /// base::ConfigError with all that is wrong; nothing is bound then when a file was the reason.
  explicit DnsServer(model::DnsConfig config);
  ~DnsServer();
  DnsServer(const DnsServer&) = delete;
  DnsServer& operator=(const DnsServer&) = delete;

  /// Probes once, then answers until SIGTERM or SIGINT.
  void run();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace loadstar::app
