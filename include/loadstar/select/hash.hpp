#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace loadstar::select {

/// 64-bit hash of bytes (XXH3): the same on every machine, in every run and release, so that all
/// nodes agree. Not keyed: only for choices whose worst case an attacker gains nothing from.
[[nodiscard]] std::uint64_t hash(std::span<const std::uint8_t> bytes) noexcept;
[[nodiscard]] std::uint64_t hash(std::string_view text) noexcept;

/// A bijection that spreads every input bit over all output bits (the finalizer of SplitMix64).
[[nodiscard]] constexpr std::uint64_t mix(std::uint64_t x) noexcept {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

}  // namespace loadstar::select
