#pragma once
// A vantage of its own (`loadstar probe`): probes what the DNS nodes have it probe, and tells them
// what it sees.
//
//   nodes ── GET /v1/targets ──► ProbeRunner ─► Board ─► Reporter ── POST /v1/report ─► every node

#include <memory>
#include <string>
#include <vector>

#include "loadstar/cluster/bus.hpp"
#include "loadstar/health/board.hpp"
#include "loadstar/http/client.hpp"

namespace boost::asio {
class io_context;
}

namespace loadstar::cluster {

struct VantageOptions {
  std::string name;
  std::vector<http::Url> nodes;
  http::TlsFiles tls;
  std::string token;
  bool run_programs = false;                         ///< of "exec" monitors, as the nodes say
  base::Duration timeout = std::chrono::seconds(5);  ///< of one request
};

/// All of it happens on the thread that runs `io`.
class Vantage {
 public:
  /// Throws base::ConfigError when files cannot be used.
  Vantage(boost::asio::io_context& io, VantageOptions options);
  ~Vantage();
  Vantage(const Vantage&) = delete;
  Vantage& operator=(const Vantage&) = delete;

  void start();
  /// What is seen.
  [[nodiscard]] const health::Board& board() const noexcept;
  /// To each node.
  [[nodiscard]] std::vector<LinkStatus> links() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace loadstar::cluster
