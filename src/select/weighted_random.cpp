#include "loadstar/select/weighted_random.hpp"

#include <algorithm>
#include <numeric>

#include "loadstar/select/limits.hpp"

namespace loadstar::select {

WeightedRandom::WeightedRandom(std::span<const std::uint32_t> weights)
    : sums_(weights.begin(), weights.end()) {
  if (std::ranges::all_of(weights, [](std::uint32_t weight) { return weight == 0; })) {
    std::ranges::fill(sums_, 1);
  }
  const std::vector<std::uint32_t> effective = sums_;
  positive_ = effective.size() - static_cast<std::size_t>(std::ranges::count(effective, 0U));
  std::partial_sum(effective.begin(), effective.end(), sums_.begin());
  if (!sums_.empty()) total_ = sums_.back();
  if (sums_.size() > kMostSums) {
    cells_ = alias_cells(effective, total());
  } else {
    std::ranges::copy(sums_, first_sums_.begin());
  }
}

// Every cell holds `total`, and member i brings weight x size: those that bring too little are
// filled up by those that bring too much. In whole numbers, so that nothing is left over at the
// end.
std::vector<WeightedRandom::Cell> WeightedRandom::alias_cells(
    std::span<const std::uint32_t> weights, std::uint32_t total) {
  const std::size_t size = weights.size();
  std::vector<Cell> cells(size);
  std::vector<std::uint64_t> brought(size);
  std::vector<std::uint32_t> poor;
  std::vector<std::uint32_t> rich;
  for (std::uint32_t i = 0; i < size; ++i) {
    cells[i].alias = i;
    brought[i] = std::uint64_t{weights[i]} * size;
    (brought[i] < total ? poor : rich).push_back(i);
  }
  while (!poor.empty()) {
    const std::uint32_t receiver = poor.back();
    const std::uint32_t giver = rich.back();
    poor.pop_back();
    cells[receiver] = {static_cast<std::uint32_t>((brought[receiver] << 32) / total), giver};
    brought[giver] -= total - brought[receiver];
    if (brought[giver] >= total) continue;
    rich.pop_back();
    poor.push_back(giver);
  }
  return cells;
}

std::size_t WeightedRandom::pick_distinct(base::Random& random,
                                          std::span<std::uint16_t> out) const noexcept {
  std::array<std::uint16_t, kMaxPicked> taken{};  // ascending
  const std::size_t wanted = std::min({out.size(), positive_, kMaxPicked});
  std::uint32_t left = total();
  for (std::size_t count = 0; count < wanted; ++count) {
    // A draw from the line without the taken members; each taken one that it lies behind moves it
    // back to the whole line.
    std::uint32_t drawn = random.below(left);
    const auto taken_end = taken.begin() + static_cast<std::ptrdiff_t>(count);
    auto slot = taken.begin();
    for (; slot != taken_end && drawn >= before(*slot); ++slot) {
      drawn += sums_[*slot] - before(*slot);
    }
    const auto index =
        static_cast<std::uint16_t>(std::ranges::upper_bound(sums_, drawn) - sums_.begin());
    std::copy_backward(slot, taken_end, taken_end + 1);
    *slot = index;
    out[count] = index;
    left -= sums_[index] - before(index);
  }
  return wanted;
}

}  // namespace loadstar::select
