#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "loadstar/base/address.hpp"
#include "loadstar/base/random.hpp"
#include "loadstar/steer/draws.hpp"

namespace loadstar::steer {

/// The client that a query is answered for: the EDNS client subnet if there is a usable one, else
/// the resolver.
struct Client {
  base::Address address;
  std::uint8_t source_bits =
      32;  ///< how much of it is known: the ECS source prefix, else 32 or 128
};

/// What a choice may draw on besides its inputs: one per worker, so that everything can be
/// replayed; only the draws are shared.
struct Dice {
  /// Turns within a pool are kept by the kind of question and the family picked: a client that asks
  /// for A, then AAAA, then A again would else always meet the same turn of two, and one endpoint
  /// would get all of A. An answer of type HTTPS picks once for each family.
  static constexpr std::size_t kTurnsOfPool = 2 * std::size_t{Draws::kKinds};

  base::Random random;
  Draws* draws = nullptr;
  unsigned kind = 0;                      ///< of the question, below Draws::kKinds
  std::span<std::uint32_t> pool_turns;    ///< round robin within pools, kTurnsOfPool for each
  std::span<std::uint32_t> policy_turns;  ///< round robin between pools, by policy index

  [[nodiscard]] std::uint32_t& pool_turn(std::uint32_t pool, base::Family family) const noexcept {
    const std::size_t of_family = family == base::Family::V6 ? Draws::kKinds : 0;
    return pool_turns[pool * kTurnsOfPool + of_family + kind];
  }
};

}  // namespace loadstar::steer
