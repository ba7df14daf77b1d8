#pragma once
// Overrides as text: in overrides.json of the state directory, over the control API, between nodes.
//
//   [{"target": "pool:web-*", "state": "drain", "over_ms": 0, "author": "alice", "why": "kernel",
//     "from_ms": 1764390000123, "until_ms": 1764393600123, "keep_until_ms": 1764393600123,
//     "version_ms": 1764390000123, "node": "ns1"}]
//
// Times are milliseconds since 1970. "removed": true marks a tombstone. In the state directory a
// header and a checksum stand around it.

#include <expected>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "loadstar/health/override.hpp"

namespace loadstar::app {

/// Where it stands.
[[nodiscard]] std::filesystem::path override_file_in(const std::filesystem::path& state);

[[nodiscard]] std::string overrides_to_json(std::span<const health::Override> overrides);
/// Each is checked; the error says what is wrong with which.
[[nodiscard]] std::expected<std::vector<health::Override>, std::string> overrides_from_json(
    std::string_view text);

[[nodiscard]] std::string overrides_to_text(std::span<const health::Override> overrides);
/// The error says what is damaged.
[[nodiscard]] std::expected<std::vector<health::Override>, std::string> overrides_from_text(
    std::string_view text);

}  // namespace loadstar::app
