#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>

#include "loadstar/geo/runs.hpp"

#include "mmdb.hpp"

namespace loadstar::geo {

/// Goes through a search tree in the order of addresses, each node once, and gives the value that
/// `Decode` (a function object: data offset to value) makes of each network; 0 where the database
/// knows nothing or is not there. IPv6 leaves out the nodes of the IPv4 addresses and their
/// aliases.
///
/// A hostile tree can be a graph: a loop, or halves that share a subtree, which is exponential in
/// depth. The depth is bounded by the address, the walk by the number of nodes.
template <class Number, class Decode>
class TreeCursor {
 public:
  static constexpr unsigned kBits = 8 * sizeof(Number);

  /// `database` may be null; it and `decode` must outlive the cursor.
  TreeCursor(const Mmdb* database, Decode& decode)
      : database_(database),
        decode_(&decode),
        node_count_(database ? database->node_count() : 0),
        nodes_left_(node_count_) {
    const auto family = sizeof(Number) == 4 ? base::Family::V4 : base::Family::V6;
    const auto root = database ? database->root(family) : std::nullopt;
    if (root) settle({*root, 0, 0});
  }

  [[nodiscard]] std::uint32_t value() const { return value_; }
  [[nodiscard]] Number last() const { return last_; }
  void advance() { settle(pending_[--pending_count_]); }

 private:
  struct Branch {
    Mmdb::Record record = 0;
    unsigned depth = 0;
    Number first = 0;
  };

  static constexpr Number mask_behind(unsigned depth) {
    return depth == 0       ? Runs<Number>::kLast
           : depth >= kBits ? Number{0}
                            : static_cast<Number>(Runs<Number>::kLast >> depth);
  }

  /// Goes down the left halves to a leaf; the right ones wait.
  void settle(Branch at) {
    while (at.record < node_count_ && !is_left_out(at)) {
      if (at.depth == kBits) database_->refuse("has a search tree that is deeper than an address");
      if (nodes_left_-- == 0) database_->refuse("has a search tree that runs in circles");
      const auto [left, right] = database_->halves(at.record);
      ++at.depth;
      const Number half = static_cast<Number>(mask_behind(at.depth) + 1);
      pending_[pending_count_++] = {right, at.depth, static_cast<Number>(at.first | half)};
      at.record = left;
    }
    last_ = static_cast<Number>(at.first | mask_behind(at.depth));
    value_ = value_of(at.record);
  }

  [[nodiscard]] std::uint32_t value_of(Mmdb::Record record) const {
    if (record < node_count_) return 0;
    const auto offset = database_->data_offset(record);
    return offset ? (*decode_)(*offset) : 0;
  }

  [[nodiscard]] static bool is_left_out(const Branch& at) {
    if constexpr (sizeof(Number) == 4) {
      return false;
    } else {
      if (at.depth == 96 && at.first == 0) return true;
      return std::ranges::any_of(base::kEmbeddings, [&](const base::Embedding& block) {
        return at.depth == block.bits && at.first == join(block.high, block.low);
      });
    }
  }

  const Mmdb* database_;
  Decode* decode_;
  std::uint32_t node_count_;
  std::uint32_t nodes_left_;
  std::array<Branch, kBits> pending_{};
  unsigned pending_count_ = 0;
  Number last_ = Runs<Number>::kLast;
  std::uint32_t value_ = 0;
};

}  // namespace loadstar::geo
