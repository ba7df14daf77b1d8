#include "loadstar/select/smooth_weighted.hpp"

#include <algorithm>

namespace loadstar::select {

SmoothWeighted::SmoothWeighted(std::span<const std::uint32_t> weights) {
  const bool all_alike = std::ranges::all_of(weights, [](auto weight) { return weight == 0; });
  for (const std::uint32_t weight : weights) {
    members_.push_back({all_alike ? 1 : std::int64_t{weight}, 0});
    total_ += members_.back().weight;
  }
}

std::size_t SmoothWeighted::next() noexcept {
  for (Member& member : members_) member.credit += member.weight;
  // Of equals the first; a member of weight 0 stays at 0, and somebody is always above that.
  const auto richest = std::ranges::max_element(members_, {}, &Member::credit);
  richest->credit -= total_;
  return static_cast<std::size_t>(richest - members_.begin());
}

}  // namespace loadstar::select
