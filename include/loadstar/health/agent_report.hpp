#pragma once

#include <cstddef>
#include <string_view>

#include "loadstar/health/result.hpp"

namespace loadstar::health {

/// Bytes of a report that a probe reads at most.
inline constexpr std::size_t kMaxAgentReport = 1024;

/// Judges the first line of what a site says of itself, in the words of HAProxy's agent-check:
/// "up", "ready", "down", "stopped", "fail" or "failed", "maint", "drain", a share of the weight
/// such as "75%"; more than one, with spaces, tabs or commas between them, case does not matter.
/// What stands behind "#" is a remark, and "maxconn:N" is passed over. A success when no word says
/// otherwise. Its latency is not filled in.
[[nodiscard]] Result judge_agent_report(std::string_view report);

}  // namespace loadstar::health
