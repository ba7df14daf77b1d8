#pragma once
// What a node has probed, for the vantages that report to it: GET /v1/targets.
//
//   { "version": "9f86d081884c7d65",
//     "targets": [ { "monitor": "web", "text": "{ \"type\": \"http\", … }", "addresses":
//     ["192.0.2.1:80"] } ] }
//
// A monitor travels as the text that stands in the zone file, so that both sides read it by the
// same code and mean the same target. `version` changes with everything else.

#include <cstddef>
#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "loadstar/health/target.hpp"

namespace loadstar::cluster {

/// Targets of a node at most.
inline constexpr std::size_t kMaxTargets = 100'000;

struct TargetList {
  std::string version;
  std::vector<health::Target> targets;
};

/// The version of a list of targets.
[[nodiscard]] std::string version_of(std::span<const health::Target> targets);
[[nodiscard]] std::string to_json(std::span<const health::Target> targets);
/// The error says what is wrong with the text.
[[nodiscard]] std::expected<TargetList, std::string> parse_targets(std::string_view text);

}  // namespace loadstar::cluster
