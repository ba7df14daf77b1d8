#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "loadstar/steer/pool_view.hpp"

#include "contents.hpp"

namespace loadstar::answer {

/// Endpoints in one answer.
inline constexpr std::size_t kMaxPicks = 256;

[[nodiscard]] inline std::uint32_t ttl_of(const SteeredName& name,
                                          const steer::PoolView& view) noexcept {
  if (name.ttl_min == name.ttl_max) return name.ttl_min;
  return std::clamp(view.settled_seconds(), name.ttl_min, name.ttl_max);
}

[[nodiscard]] inline std::span<const std::uint8_t> address_of(const steer::PoolView& view,
                                                              base::Family family,
                                                              std::size_t endpoint) noexcept {
  if (family == base::Family::V4) return view.v4()[endpoint];
  return view.v6()[endpoint];
}

}  // namespace loadstar::answer
