#pragma once
// A DNS node among vantages and other nodes.
//
//   vantages ── POST /v1/report ──► Intake ──► Consensus
//   peers ───── POST /v1/bus ─────►   │  ▲
//                                     ▼  │
//   own Board ── Reporter ────────► Bus (peers over HTTPS, Redis)
//
// Without a cluster in the configuration there is none of this, and the own board is all.

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "loadstar/cluster/bus.hpp"
#include "loadstar/cluster/intake.hpp"
#include "loadstar/health/consensus.hpp"
#include "loadstar/model/cluster_config.hpp"

namespace boost::asio {
class io_context;
}

namespace loadstar::cluster {

/// How often a node or vantage is heard, be it with nothing new.
inline constexpr base::Duration kHeartbeat = std::chrono::seconds(2);
/// How long changes gather before they are told.
inline constexpr base::Duration kGather = std::chrono::milliseconds(50);

/// Something besides reports that nodes share.
struct Shared {
  std::function<std::string()> whole;                ///< everything
  std::function<void(std::string_view body)> merge;  ///< what another node has
};

struct NodeStatus {
  std::vector<LinkStatus> links;
  std::array<std::uint64_t, kTaken> reports{};  ///< by what became of them
  std::uint64_t oversize = 0;                   ///< requests larger than what is read
};

/// All of it happens on the thread that runs `io`.
class Node {
 public:
  /// Binds; throws base::ConfigError when it cannot, or when files cannot be used. `consensus` must
  /// outlive the node, and have its name as `self`.
  Node(boost::asio::io_context& io, health::Consensus& consensus, std::string name,
       const model::ClusterConfig& config);
  ~Node();
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  /// Shares something under a topic. Before start().
  void share(std::string topic, Shared shared);
  /// Tells the other nodes of a change of it.
  void publish(Message change);

  /// Answers, reports and listens from now on.
  void start();

  /// What is seen of a target from here has changed.
  void note_change(health::TargetId target);
  /// The own board has other targets.
  void note_targets();
  /// Reads certificates again. Throws base::ConfigError and keeps what there is when they cannot be
  /// used.
  void reload_certificate();

  /// "https://0.0.0.0:8054", …
  [[nodiscard]] std::vector<std::string> listening() const;
  [[nodiscard]] NodeStatus status() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace loadstar::cluster
