#pragma once
// What nodes share, and how it travels.
//
//   Replica (one node's state, by topic) ── publish(change) ─► Bus ─► take(change) ── Replica
//                 └───────────────────── whole(topic), for who missed some ──────────────┘
//
// A topic is "vantage/NAME" (the reports of a vantage) or "overrides". A bus may lose, repeat and
// reorder: the replicas notice and ask for the whole. A node without a bus goes on by itself.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "loadstar/base/now.hpp"

namespace loadstar::cluster {

struct Message {
  std::string topic;
  std::string body;
};

enum class Delivery : std::uint8_t { Done, WholeWanted };

/// A node's side of a bus. Called on the thread that runs the bus's event loop.
class Replica {
 public:
  virtual ~Replica() = default;

  /// What this node has at first hand, and so answers for.
  [[nodiscard]] virtual std::vector<std::string> topics() const = 0;
  /// Everything of a topic, as a message's body; "" when there is nothing.
  [[nodiscard]] virtual std::string whole(const std::string& topic) const = 0;
  /// Something of another node.
  virtual Delivery take(const Message& message) = 0;
};

/// A way to one or several other nodes.
struct LinkStatus {
  std::string name;  ///< "peer ns2", "redis 192.0.2.1:6379"
  bool connected = false;
  base::Now::System since{};  ///< when it became what it is
  std::string problem;        ///< why it is not connected; "" when it is, or was not tried yet
  std::uint64_t sent = 0;     ///< messages that arrived there
  std::uint64_t failures = 0;
};

class Bus {
 public:
  virtual ~Bus() = default;

  /// Tells the other nodes of a change. What cannot be sent is made good by the whole later; call
  /// it every few seconds, be it with nothing new, so that a broken link is tried again.
  virtual void publish(const Message& change) = 0;

  [[nodiscard]] virtual std::vector<LinkStatus> status() const = 0;
};

}  // namespace loadstar::cluster
