#pragma once

#include <cstdint>

#include "loadstar/model/match.hpp"
#include "loadstar/steer/plan.hpp"

namespace loadstar::steer {

enum class MatchKey : std::uint8_t { Continents, Countries, Subdivisions, Asns, Cidrs, Areas, Not };

/// Listens to a choice and keeps nothing, so that the query path compiles to the choice alone. A
/// trace that tells has the same members.
struct NullTrace {
  /// A key that the match gives, and whether the client has it. A match ends at the first key that
  /// does not hold.
  void key(const model::Match&, MatchKey, bool) noexcept {}
  /// All keys of a rule have been told.
  void rule(std::uint32_t, bool) noexcept {}
  /// A pool of the plan was asked whether it is usable; may repeat.
  void tried(const PlanPool&, bool) noexcept {}
  /// No pool of the plan is usable.
  void all_down() noexcept {}
};

}  // namespace loadstar::steer
