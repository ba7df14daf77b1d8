#pragma once

#include <cstddef>

namespace loadstar::select {

/// Most members that one call of WeightedRandom::pick_distinct or Rendezvous::rank returns: they
/// keep a scratch list of this size on the stack.
inline constexpr std::size_t kMaxPicked = 64;

}  // namespace loadstar::select
