#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace loadstar::select {

/// 64-bit hash of bytes (XXH3): the same on every machine, in every run and release, so that all
/// nodes agree. Not keyed: only for choices whose worst case an attacker gains nothing from.
[[nodiscard]] std::uint64_t hash(std::span<const std::uint8_t> bytes) noexcept;
[[nodiscard]] std::uint64_t hash(std::string_view text) noexcept;

}  // namespace loadstar::select
