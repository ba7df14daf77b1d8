#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace loadstar::steer {

/// Keeps A, AAAA and HTTPS of one client in one pool where pools are drawn by chance or in turn
/// (zone format, section 3): a draw serves each of a client's kinds of question once, and the first
/// kind that comes again draws anew. So a pair of questions falls alike, and a client that asks
/// one type over and over is spread as the weights say.
///
/// Shared by all workers, since a client's questions reach any of them: one word per client, set
/// without a lock. Clients that share a word only lose what keeps their types together.
class Draws {
 public:
  static constexpr unsigned kKinds = 3;

  /// The draw that a question goes by. `client` is a hash of the client and the policy, `kind` is
  /// below kKinds, and `fresh()` gives a new draw.
  template <class Fresh>
  [[nodiscard]] std::uint32_t draw(std::uint64_t client, unsigned kind, Fresh&& fresh) noexcept {
    std::atomic<std::uint64_t>& word = words_[client % kWords];
    const std::uint64_t mark = client & kMark;
    const std::uint64_t served = std::uint64_t{1} << (kValueBits + kind);
    std::uint64_t seen = word.load(std::memory_order_relaxed);
    std::optional<std::uint32_t> drawn;
    for (;;) {
      const bool goes_on = (seen & kMark) == mark && (seen & kServed) != 0 && (seen & served) == 0;
      if (!goes_on && !drawn) drawn = fresh();
      const std::uint64_t next = goes_on ? seen | served : *drawn | served | mark;
      if (word.compare_exchange_weak(seen, next, std::memory_order_relaxed))
        return static_cast<std::uint32_t>(next);
    }
  }

 private:
  // A word: 29 bits of the client, 3 bits of kinds served, 32 bits of the draw.
  static constexpr unsigned kValueBits = 32;
  static constexpr std::uint64_t kServed = std::uint64_t{7} << kValueBits;
  static constexpr std::uint64_t kMark = ~std::uint64_t{0} << (kValueBits + kKinds);
  static constexpr std::size_t kWords = 4096;

  std::array<std::atomic<std::uint64_t>, kWords> words_{};
};

}  // namespace loadstar::steer
