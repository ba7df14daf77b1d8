#pragma once

#include <cstdint>

namespace loadstar::answer {

/// The time as the answers of one batch see it.
struct Moment {
  std::uint32_t unix_seconds = 0;  ///< for cookies; compared by serial arithmetic (RFC 1982)
  std::uint64_t microseconds = 0;  ///< of a steady clock, for rate limits
};

}  // namespace loadstar::answer
