#pragma once
// How a Poptrie is made.

#include <algorithm>
#include <array>

#include "loadstar/geo/poptrie.hpp"
#include "loadstar/geo/runs.hpp"

#include "block.hpp"

namespace loadstar::geo {

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
  static std::uint32_t append(base::HugeVector<Item>& to, const Item* items, unsigned count) {
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
