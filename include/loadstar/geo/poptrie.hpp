#pragma once
// A poptrie (Asai, Ohara: SIGCOMM 2015): a multiway trie of 6 bits a level in which a node is 24
// bytes, because it stores no pointer per child but two bit vectors and a count of bits. A directly
// indexed table takes the place of the first levels.
//
//   direct_[first bits] ─► leaf, or node ─► inner bit set: child node, by rank
//                                      └──► clear: leaf, by rank among the starts of equal leaves
//
// A leaf is 31 bits that the trie does not look into.

#include <bit>
#include <cstdint>

#include "loadstar/base/huge_pages.hpp"

namespace loadstar::geo {

class Poptrie {
 public:
  /// `blocks` is a cursor whose runs are CIDR blocks, some `expected` of them; values must be below
  /// 2^31. `direct_bits`: at most 18, and for IPv6 4, 10 or 16, so that a level ends where the
  /// first 64 bits do; 0 for one block.
  template <class Number, class Cursor>
  [[nodiscard]] static Poptrie build(Cursor blocks, std::size_t expected, unsigned direct_bits);

  /// Where the search for an address begins that has these upper 64 bits; an IPv4 address stands in
  /// their upper half. What lies there is on its way from memory.
  [[nodiscard]] const std::uint32_t* entry(std::uint64_t high) const noexcept {
    const std::uint32_t* const entry = &direct_[high >> 1 >> (63 - direct_bits_)];
    __builtin_prefetch(entry);
    return entry;
  }
  /// The leaf of the IPv4 address, from its entry.
  [[nodiscard]] const std::uint32_t* leaf(const std::uint32_t* entry,
                                          std::uint64_t high) const noexcept {
    return descend<false>(entry, high, 0);
  }
  /// The leaf of the IPv6 address, from its entry.
  [[nodiscard]] const std::uint32_t* leaf(const std::uint32_t* entry, std::uint64_t high,
                                          std::uint64_t low) const noexcept {
    return descend<true>(entry, high, low);
  }

  /// Without what the vectors have in reserve: those pages have never been touched.
  [[nodiscard]] std::size_t memory_bytes() const noexcept {
    return direct_.size() * sizeof direct_[0] + nodes_.size() * sizeof(Node) +
           leaves_.size() * sizeof leaves_[0];
  }

 private:
  static constexpr unsigned kLevelBits = 6;
  static constexpr unsigned kFanOut = 1U << kLevelBits;
  static constexpr std::uint32_t kIsNode = 1U << 31U;

  struct Node {
    std::uint64_t inner = 0;        ///< slots that are nodes
    std::uint64_t leaf_starts = 0;  ///< leaf slots whose leaf is not that of the leaf slot before
    std::uint32_t first_child = 0;
    std::uint32_t first_leaf = 0;
  };

  template <class Number, class Cursor>
  class Builder;

  template <bool kHasLow>
  [[nodiscard]] const std::uint32_t* descend(const std::uint32_t* entry, std::uint64_t high,
                                             std::uint64_t low) const noexcept {
    if ((*entry & kIsNode) == 0) return entry;
    const Node* const nodes = nodes_.data();
    const Node* node = &nodes[*entry & ~kIsNode];
    // Inverted, the key says how far a slot has to be shifted up to become the highest; what is
    // then left are the slots up to it.
    std::uint64_t key = ~high << direct_bits_;
    for (unsigned levels = (64 - direct_bits_) / kLevelBits;;) {
      const std::uint64_t shift = key >> (64 - kLevelBits);
      const std::uint64_t inner = node->inner << shift;
      if (inner >> 63 == 0)
        return &leaves_[node->first_leaf + rank(node->leaf_starts << shift) - 1];
      node = &nodes[node->first_child + rank(inner) - 1];
      key <<= kLevelBits;
      if (kHasLow && --levels == 0) key = ~low;
    }
  }
  static std::uint32_t rank(std::uint64_t bits) noexcept {
    return static_cast<std::uint32_t>(std::popcount(bits));
  }

  unsigned direct_bits_ = 0;
  base::HugeVector<std::uint32_t> direct_;
  base::HugeVector<Node> nodes_;
  base::HugeVector<std::uint32_t> leaves_;
};

}  // namespace loadstar::geo
