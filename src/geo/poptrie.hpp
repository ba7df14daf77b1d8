#pragma once
// A poptrie (Asai, Ohara: SIGCOMM 2015): a multiway trie of 6 bits a level in which a node is 24
// bytes, because it stores no pointer per child but two bit vectors and a count of bits. A directly
// indexed table takes the place of the first levels.
//
//   direct_[first bits] ─► leaf, or node ─► inner bit set: child node, by rank
//                                      └──► clear: leaf, by rank among the starts of equal leaves
//
// A leaf is 31 bits that the trie does not look into.

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <vector>

#include "loadstar/geo/runs.hpp"

#include "block.hpp"

// A hardware population count: every x86-64 since 2008 has it, but the compiler's baseline is
// older.
#if defined(__x86_64__)
#define LOADSTAR_TARGET_POPCNT [[gnu::target("popcnt")]]
#else
#define LOADSTAR_TARGET_POPCNT
#endif

namespace loadstar::geo {

class Poptrie {
 public:
  /// `blocks` is a cursor (overlay.hpp) whose runs are CIDR blocks, some `expected` of them; values
  /// must be below 2^31. `direct_bits`: at most 18, and for IPv6 4, 10 or 16, so that a level ends
  /// where the first 64 bits do; 0 for one block.
  template <class Number, class Cursor>
  [[nodiscard]] static Poptrie build(Cursor blocks, std::size_t expected, unsigned direct_bits);

  /// The leaf of an address, whose first bit is the highest of `high`; IPv4 is 32 bits of that.
  LOADSTAR_TARGET_POPCNT [[nodiscard]] std::uint32_t find(std::uint64_t high,
                                                          std::uint64_t low) const noexcept {
    const std::uint32_t entry = direct_[high >> 1 >> (63 - direct_bits_)];
    if ((entry & kIsNode) == 0) return entry;
    const Node* node = &nodes_[entry & ~kIsNode];
    std::uint64_t key = high << direct_bits_;
    for (unsigned levels = (64 - direct_bits_) / kLevelBits;;) {
      const std::uint64_t up_to = ~std::uint64_t{0} >> (63 - (key >> (64 - kLevelBits)));
      const std::uint64_t here = up_to ^ up_to >> 1;
      if ((node->inner & here) == 0) {
        return leaves_[node->first_leaf + rank(node->leaf_starts & up_to) - 1];
      }
      node = &nodes_[node->first_child + rank(node->inner & up_to) - 1];
      key <<= kLevelBits;
      if (--levels == 0) key = low;
    }
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

  LOADSTAR_TARGET_POPCNT static std::uint32_t rank(std::uint64_t bits) noexcept {
    return static_cast<std::uint32_t>(std::popcount(bits));
  }

  unsigned direct_bits_ = 0;
  std::vector<std::uint32_t> direct_;
  std::vector<Node> nodes_;
  std::vector<std::uint32_t> leaves_;
};

/// Goes once through the blocks, depth first: a node is written when all below it is, so that its
/// children stand together.
template <class Number, class Cursor>
class Poptrie::Builder {
 public:
  Builder(Poptrie& trie, Cursor blocks) : trie_(trie), blocks_(blocks) {}

  void build() {
    const unsigned below = kBitsOf<Number> - trie_.direct_bits_;
    for (std::size_t i = 0; i < trie_.direct_.size(); ++i) {
      const Number first =
          i == 0 ? Number{0} : static_cast<Number>(static_cast<Number>(i) << below);
      trie_.direct_[i] = entry(first, static_cast<int>(below));
    }
  }

 private:
  /// The last address of a slot of 2^bits addresses.
  static Number last_of(Number first, int bits) {
    return last_of_block(first, kBitsOf<Number> - static_cast<unsigned>(bits));
  }

  void catch_up(Number first) {
    if (blocks_.last() < first) blocks_.advance();
  }

  std::uint32_t entry(Number first, int bits) {
    catch_up(first);
    if (blocks_.last() >= last_of(first, bits)) return blocks_.value();
    const Node node = make(first, bits - static_cast<int>(kLevelBits));
    trie_.nodes_.push_back(node);
    return static_cast<std::uint32_t>(trie_.nodes_.size() - 1) | kIsNode;
  }

  /// How many slots of 2^bits addresses, from the one that starts here, the block at hand covers.
  unsigned slots_covered(Number first, int bits) const {
    const Number beyond = static_cast<Number>(blocks_.last() - first);
    const Number slots = bits >= 0           ? static_cast<Number>(beyond >> bits)
                         : beyond >= kFanOut ? Number{kFanOut}
                                             : static_cast<Number>(((beyond + 1) << -bits) - 1);
    return static_cast<unsigned>(std::min<Number>(slots, kFanOut - 1)) + 1;
  }

  /// `bits`: of a slot. At the end of the address it is negative: then several slots stand for one
  /// address, and a look-up uses the first of them.
  Node make(Number first, int bits) {
    Node node;
    std::array<Node, kFanOut> children;
    std::array<std::uint32_t, kFanOut> leaves;
    unsigned child_count = 0;
    unsigned leaf_count = 0;
    for (unsigned slot = 0; slot < kFanOut;) {
      const std::uint64_t bit = std::uint64_t{1} << slot;
      const Number offset = bits >= 0 ? static_cast<Number>(Number{slot} << bits)
                                      : static_cast<Number>(slot >> -bits);
      const Number slot_first = static_cast<Number>(first + offset);
      catch_up(slot_first);
      if (bits > 0 && blocks_.last() < last_of(slot_first, bits)) {
        node.inner |= bit;
        children[child_count++] = make(slot_first, bits - static_cast<int>(kLevelBits));
        ++slot;
        continue;
      }
      if (leaf_count == 0 || leaves[leaf_count - 1] != blocks_.value()) {
        node.leaf_starts |= bit;
        leaves[leaf_count++] = blocks_.value();
      }
      slot += slots_covered(slot_first, bits);
    }
    node.first_child = append(trie_.nodes_, children.data(), child_count);
    node.first_leaf = append(trie_.leaves_, leaves.data(), leaf_count);
    return node;
  }

  template <class Item>
  static std::uint32_t append(std::vector<Item>& to, const Item* items, unsigned count) {
    const auto at = static_cast<std::uint32_t>(to.size());
    to.insert(to.end(), items, items + count);
    return at;
  }

  Poptrie& trie_;
  Cursor blocks_;
};

template <class Number, class Cursor>
Poptrie Poptrie::build(Cursor blocks, std::size_t expected, unsigned direct_bits) {
  Poptrie trie;
  trie.direct_bits_ = direct_bits;
  trie.direct_.resize(std::size_t{1} << direct_bits);
  trie.nodes_.reserve(expected / 8);
  trie.leaves_.reserve(expected + expected / 4);
  Builder<Number, Cursor>(trie, blocks).build();
  return trie;
}

}  // namespace loadstar::geo
