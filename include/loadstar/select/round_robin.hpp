#pragma once

#include <cstdint>

namespace loadstar::select {

/// Gives 0, 1, … size-1, 0, … and moves `turn` on. `size` may change between calls; then the round
/// starts anew where it no longer fits. `size` must not be 0.
[[nodiscard]] constexpr std::uint32_t next_turn(std::uint32_t& turn, std::uint32_t size) noexcept {
  const std::uint32_t now = turn < size ? turn : 0;
  turn = now + 1;
  return now;
}

}  // namespace loadstar::select
