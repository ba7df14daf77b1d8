#pragma once
// What the control API shows, as plain values: filled in by `app`, rendered here as JSON for people
// and tools, and as metrics for Prometheus.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "loadstar/base/diagnostic.hpp"
#include "loadstar/base/duration.hpp"
#include "loadstar/cluster/node.hpp"
#include "loadstar/health/consensus.hpp"
#include "loadstar/serve/server.hpp"

namespace loadstar::control {

using SystemTime = std::chrono::system_clock::time_point;

/// Good: what the file says is what is served. Broken: the file has errors, and the last good
/// version goes on serving, if there ever was one.
enum class ZoneState : std::uint8_t { Good, Broken };

struct ZoneStatus {
  std::string origin;
  ZoneState state = ZoneState::Good;
  bool served = true;        ///< some version of it answers
  std::uint32_t serial = 0;  ///< of that version
  std::vector<base::Diagnostic> diagnostics;
};

struct DatabaseStatus {
  std::string path;
  std::string type;  ///< "GeoLite2-City"
  SystemTime built{};
};

/// Draining: no new clients, not down.
enum class AddressState : std::uint8_t { Up, Draining, Down };

/// What one vantage says of an address.
struct VoteStatus {
  std::string vantage;
  health::VantageState state = health::VantageState::Counts;
  std::string verdict;  ///< "up", "down", "unknown"
  SystemTime since{};
  std::string text;  ///< its last result in words
};

/// What an override or a maintenance window makes of an endpoint.
struct RulingStatus {
  std::string source;  ///< "override" or "maintenance"
  std::string target;  ///< "pool:web-*"
  std::string state;   ///< "drain", "down", "up" or "auto"
  std::string author;  ///< "" for windows
  std::string why;
  SystemTime since{};
  SystemTime until{};
};

/// One address of an endpoint; a cname endpoint has one with its target.
struct AddressStatus {
  std::string endpoint;  ///< its id
  std::string address;
  AddressState state = AddressState::Up;
  /// What its monitor finds, whoever decides; nothing when there is no verdict.
  std::optional<AddressState> real;
  std::optional<RulingStatus> ruling;
  std::uint8_t share_percent = 100;  ///< of its clients that it takes, where it is up
  SystemTime quiet_at{};    ///< no resolver holds it from then on; the epoch while it is answered
  SystemTime next_probe{};  ///< about; the epoch when it is not probed
  std::string why;          ///< who decided: "state in the zone file", "no monitor", "monitor web"
  std::string decided_by;   ///< of a monitor that combines others, the one that decided; else ""
  std::string probe;        ///< the last result in words; "" when it is not probed
  SystemTime since{};       ///< when the verdict became what it is; the epoch when there is none
  SystemTime held_until{};  ///< it is held down for changing too often; the epoch when it is not
  std::chrono::microseconds probe_latency{};
  std::uint64_t probes = 0;
  std::uint64_t failures = 0;
  std::uint64_t transitions = 0;
  std::vector<VoteStatus> votes{};  ///< when there is more than one vantage
};

struct PoolStatus {
  std::string name;    ///< full name
  std::string region;  ///< "" = nowhere in particular
  bool usable = true;
  std::vector<std::string> guards{};  ///< those that act, in words
  std::vector<AddressStatus> addresses;
};

struct VantageStatus {
  std::string name;
  health::VantageState state = health::VantageState::Counts;
  SystemTime last_heard{};
  std::size_t up = 0;  ///< targets that it says are
  std::size_t down = 0;
};

/// How the last attempts to read the files ended.
struct ReloadStatus {
  std::uint64_t successes = 0;  ///< the load at start counts
  std::uint64_t failures = 0;
  SystemTime last_success{};
  std::vector<base::Diagnostic> diagnostics;  ///< of the last attempt; empty when it succeeded
};

/// Notifications of secondaries, one for each zone, serial and secondary.
struct NotifyStatus {
  std::uint64_t sent = 0;
  std::uint64_t answered = 0;
  std::uint64_t failed = 0;  ///< after the last try
};

struct OverrideStatus {
  std::string target;
  std::string state;  ///< "drain", "down", "up" or "auto"
  std::string author;
  std::string why;
  SystemTime from{};
  SystemTime until{};
  std::chrono::milliseconds over{};  ///< 0: at once
};

struct Status {
  std::string version;
  std::string identity;
  SystemTime started{};
  SystemTime now{};
  std::vector<std::string> listening;
  std::vector<serve::XdpStatus> xdp;
  SystemTime certificate_expires{};  ///< the epoch without TLS
  std::vector<ZoneStatus> zones;
  std::vector<DatabaseStatus> databases;
  std::vector<OverrideStatus> overrides;  ///< those in force
  std::vector<PoolStatus> pools;
  std::vector<VantageStatus> vantages;  ///< this node first
  cluster::NodeStatus cluster;
  std::vector<serve::WorkerCounts> workers;
  ReloadStatus reload;
  NotifyStatus notify;
};

/// "up", "draining", "down"
[[nodiscard]] std::string_view to_string(AddressState state) noexcept;

/// A JSON document.
[[nodiscard]] std::string to_json(const Status& status);

/// The Prometheus text format, version 0.0.4.
[[nodiscard]] std::string to_metrics(const Status& status);

/// `[{"file": …, "line": …, "column": …, "path": …, "message": …}]`
[[nodiscard]] std::string to_json(const std::vector<base::Diagnostic>& diagnostics);

}  // namespace loadstar::control
