#pragma once

#include <cstdint>
#include <variant>

namespace loadstar::select {

/// How many of a group: a number from 0, or a share of it (0 to 1], rounded up.
using CountOrShare = std::variant<std::uint32_t, double>;

/// Of a group of `present`. A number may be larger than the group.
[[nodiscard]] std::uint32_t needed_of(const CountOrShare& wanted, std::uint32_t present) noexcept;

}  // namespace loadstar::select
