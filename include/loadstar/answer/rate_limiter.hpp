#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

#include "loadstar/base/address.hpp"
#include "loadstar/model/rate_limit.hpp"

namespace loadstar::answer {

/// Counts answers by client prefix and kind, for all workers together: one word for each, which
/// holds when the next is due (the generic cell rate algorithm, ITU-T I.371), set without a lock.
/// The table does not grow: what has been silent longest makes room.
class RateLimiter {
 public:
  explicit RateLimiter(model::RateLimit limit);

  /// Whether one more answer of `kind` may go to the client now; counts it if so. `now` is in
  /// microseconds of a steady clock.
  [[nodiscard]] bool allow(const base::Address& client, std::uint64_t kind,
                           std::uint64_t now) noexcept;

  [[nodiscard]] std::uint32_t slip() const noexcept { return limit_.slip; }

 private:
  static constexpr std::size_t kWords = 8;
  struct alignas(64) Line {
    std::atomic<std::uint64_t> words[kWords];
  };

  [[nodiscard]] bool is_exempt(const base::Address& client) const noexcept;
  [[nodiscard]] std::uint64_t ahead(std::uint64_t word, std::uint64_t now) const noexcept;
  std::atomic<std::uint64_t>& word_of(Line& line, std::uint64_t mark, std::uint64_t now) noexcept;

  model::RateLimit limit_;
  std::uint64_t interval_;  // microseconds between two
  std::uint64_t most_ahead_;
  std::uint64_t key_;  // secret: nobody can choose prefixes that share a line
  std::vector<Line> lines_;
};

}  // namespace loadstar::answer
