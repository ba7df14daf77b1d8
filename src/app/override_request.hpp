#pragma once

#include <expected>
#include <string>

#include "loadstar/answer/snapshot.hpp"
#include "loadstar/control/api.hpp"
#include "loadstar/health/override.hpp"

namespace loadstar::app {

/// What a request asks for, without a version; the error says what is wrong with it.
[[nodiscard]] std::expected<health::Override, std::string> override_of(
    const control::OverrideRequest& request, health::SystemTime now);

/// How many endpoints a target means among these pools; when it is none, the error names what there
/// is.
[[nodiscard]] std::expected<std::size_t, std::string> count_meant(
    const health::OverrideTarget& target, const answer::Snapshot& snapshot);

}  // namespace loadstar::app
