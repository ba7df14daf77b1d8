#pragma once

#include <string>
#include <system_error>

#include "loadstar/health/result.hpp"

namespace loadstar::health {

/// What an error of a socket says of the target. Shortages of this machine say nothing of it; a
/// missing route does: from here it cannot be reached.
[[nodiscard]] Outcome outcome_of(const std::error_code& error);

/// The same in words.
[[nodiscard]] std::string text_of(const std::error_code& error);

[[nodiscard]] inline Result failure_of(const std::error_code& error) {
  return {outcome_of(error), text_of(error)};
}

/// errno as it is now.
[[nodiscard]] std::error_code last_error() noexcept;

}  // namespace loadstar::health
