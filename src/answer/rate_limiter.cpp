#include "loadstar/answer/rate_limiter.hpp"

#include <algorithm>

#include "loadstar/base/random.hpp"

namespace loadstar::answer {
namespace {

constexpr std::size_t kLines = 16'384;  // a mebibyte

// A word: 24 bits of whom it counts, then 40 bits of time, which come round in 12 days.
constexpr unsigned kTimeBits = 40;
constexpr std::uint64_t kTime = (std::uint64_t{1} << kTimeBits) - 1;

}  // namespace

RateLimiter::RateLimiter(model::RateLimit limit)
    : limit_(std::move(limit)),
      interval_(1'000'000 / limit_.per_second),
      most_ahead_((limit_.burst - 1) * interval_),
      key_(base::entropy()),
      lines_(kLines) {}

bool RateLimiter::is_exempt(const base::Address& client) const noexcept {
  return std::ranges::any_of(limit_.exempt,
                             [&](const base::Prefix& one) { return one.contains(client); });
}

/// How far ahead of now the word's next answer is due. A time that no counting can have made is one
/// that has come round: long ago.
std::uint64_t RateLimiter::ahead(std::uint64_t word, std::uint64_t now) const noexcept {
  const std::uint64_t difference = (word - now) & kTime;
  return difference > most_ahead_ + interval_ ? 0 : difference;
}

/// The word with the mark, else the one that is due first.
std::atomic<std::uint64_t>& RateLimiter::word_of(Line& line, std::uint64_t mark,
                                                 std::uint64_t now) noexcept {
  std::atomic<std::uint64_t>* first = nullptr;
  std::uint64_t least = 0;
  for (std::atomic<std::uint64_t>& word : line.words) {
    const std::uint64_t seen = word.load(std::memory_order_relaxed);
    if ((seen & ~kTime) == mark) return word;
    const std::uint64_t due = ahead(seen, now);
    if (first != nullptr && due >= least) continue;
    first = &word;
    least = due;
  }
  return *first;
}

bool RateLimiter::allow(const base::Address& client, std::uint64_t kind,
                        std::uint64_t now) noexcept {
  if (is_exempt(client)) return true;
  const base::Address prefix = client.masked(client.is_v4() ? limit_.v4_bits : limit_.v6_bits);
  const std::uint64_t place = prefix.is_v4() ? prefix.v4_number() : prefix.v6_half(0);
  const std::uint64_t hash = base::mix(base::mix(place ^ key_) + kind);
  const std::uint64_t mark = hash & ~kTime;
  std::atomic<std::uint64_t>& word = word_of(lines_[hash % kLines], mark, now);
  std::uint64_t seen = word.load(std::memory_order_relaxed);
  for (;;) {
    const std::uint64_t due = (seen & ~kTime) == mark ? ahead(seen, now) : 0;
    if (due > most_ahead_) return false;
    const std::uint64_t next = mark | ((now + due + interval_) & kTime);
    if (word.compare_exchange_weak(seen, next, std::memory_order_relaxed)) return true;
  }
}

}  // namespace loadstar::answer
