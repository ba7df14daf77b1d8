#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "loadstar/model/reported_weight.hpp"
#include "loadstar/select/rise_fall.hpp"

namespace loadstar::health {

/// How a probe ended.
enum class Outcome : std::uint8_t {
  Success,
  Refused,      ///< nobody listens
  Unreachable,  ///< the network gave the connection back, or there is no way there from here
  Timeout,
  Closed,          ///< the peer hung up before its answer was complete
  Malformed,       ///< the answer is not of the protocol, or is larger than a probe reads
  BadHandshake,    ///< the peer does not speak TLS, or not as we do
  BadCertificate,  ///< not for the name, not trusted, or over
  WrongStatus,
  WrongBody,
  ReportedDown,  ///< a site or a feed says so of the target
  NotProbed,     ///< this machine lacked what a probe needs (descriptors, memory)
};

/// The metric label: "success", "refused", "wrong_status", …
[[nodiscard]] std::string_view to_string(Outcome outcome) noexcept;

/// What the outcome says of the target; nothing when the probe was never made.
[[nodiscard]] std::optional<select::ProbeResult> verdict_input(Outcome outcome) noexcept;

/// One finished probe.
struct Result {
  Outcome outcome = Outcome::NotProbed;
  /// For operators: "connection refused", "status 503, wanted 200-299". Holds no byte that the peer
  /// chose.
  std::string text;
  std::chrono::microseconds latency{};            ///< from the start of the probe to its end
  std::optional<model::ReportedWeight> weight{};  ///< that a success brought with it
};

}  // namespace loadstar::health
