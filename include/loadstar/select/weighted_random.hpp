#pragma once
// Weighted random choice: member i comes with probability weight[i] / total, each time
// independently.
//
//   up to 8 members:  sums 3 4 9 …  one draw below the total, count the sums that it has passed: no
//   branch, one cache line above 8:          alias table (Walker 1977, Vose 1991): one draw names a
//   cell and a side of it, whatever the number of members

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "loadstar/base/random.hpp"

namespace loadstar::select {

/// Immutable; the randomness is the caller's. Each probability is exact to 2^-32 times the number
/// of members.
class WeightedRandom {
 public:
  WeightedRandom() = default;
  /// The sum of the weights must be below 2^32. Members of weight 0 are never picked, unless all
  /// are 0: then all are alike.
  explicit WeightedRandom(std::span<const std::uint32_t> weights);

  [[nodiscard]] std::size_t size() const noexcept { return sums_.size(); }

  /// The index of a member; 0 when there is none. Allocates nothing.
  [[nodiscard]] std::uint32_t pick(base::Random& random) const noexcept {
    return cells_.empty() ? pick_by_sum(random) : pick_by_alias(random);
  }

  /// Draws without replacement: after each pick the rest share by weight. Fills `out` as far as
  /// members of weight above 0 and kMaxPicked reach; returns how many. Allocates nothing.
  [[nodiscard]] std::size_t pick_distinct(base::Random& random,
                                          std::span<std::uint16_t> out) const noexcept;

 private:
  static constexpr std::size_t kMostSums = 8;
  static constexpr std::uint32_t kBeyond = std::numeric_limits<std::uint32_t>::max();

  /// With probability threshold / 2^32 the cell's own member, else the alias.
  struct Cell {
    std::uint32_t threshold = 0;
    std::uint32_t alias = 0;
  };

  [[nodiscard]] static std::vector<Cell> alias_cells(std::span<const std::uint32_t> weights,
                                                     std::uint32_t total);

  [[nodiscard]] std::uint32_t pick_by_sum(base::Random& random) const noexcept {
    const std::uint32_t drawn = random.below(total());
    std::uint32_t passed = 0;
    for (const std::uint32_t sum : first_sums_) passed += sum <= drawn ? 1 : 0;
    return passed;
  }

  [[nodiscard]] std::uint32_t pick_by_alias(base::Random& random) const noexcept {
    const std::uint64_t drawn = random.next();
    const auto at = static_cast<std::uint32_t>((drawn >> 32) * cells_.size() >> 32);
    return static_cast<std::uint32_t>(drawn) < cells_[at].threshold ? at : cells_[at].alias;
  }

  [[nodiscard]] std::uint32_t total() const noexcept { return total_; }
  [[nodiscard]] std::uint32_t before(std::size_t index) const noexcept {
    return index == 0 ? 0 : sums_[index - 1];
  }

  // sums_[i] = weights up to and with i. The copy is for pick_by_sum; what lies past the last
  // member is never passed.
  std::array<std::uint32_t, kMostSums> first_sums_ = {kBeyond, kBeyond, kBeyond, kBeyond,
                                                      kBeyond, kBeyond, kBeyond, kBeyond};
  std::vector<std::uint32_t> sums_;
  std::vector<Cell> cells_;
  std::size_t positive_ = 0;
  std::uint32_t total_ = 0;
};

}  // namespace loadstar::select
