#pragma once

#include <cstdint>

namespace loadstar::wire {

/// `to` is newer than `from` in the arithmetic of zone serials (RFC 1982 3.2). False where that
/// leaves it open, half the circle apart.
[[nodiscard]] constexpr bool serial_rises(std::uint32_t from, std::uint32_t to) noexcept {
  constexpr std::uint32_t kHalf = 0x8000'0000;
  return to - from != 0 && to - from < kHalf;
}

}  // namespace loadstar::wire
