#pragma once

#include <cstdint>
#include <optional>

#include "loadstar/model/pool.hpp"

namespace loadstar::steer {

/// State of one address of an endpoint after step 4 of the zone format's section 4. Draining: no
/// new clients, not down.
enum class Liveness : std::uint8_t { Up, Draining, Down };

/// For EndpointState::settled_seconds: no probe is going to change it.
inline constexpr std::uint32_t kSettledForGood = 0xffff'ffff;

/// Of one endpoint, by family. A family that the endpoint lacks is ignored. A cname endpoint uses
/// `v4`.
struct EndpointState {
  Liveness v4 = Liveness::Up;
  Liveness v6 = Liveness::Up;
  /// Set down or draining by an operator or the file: `on_all_down: all` leaves it out, too.
  bool withdrawn = false;
  /// Seconds until the earliest possible change of this state by its monitor (probes still needed x
  /// interval).
  std::uint32_t settled_seconds = kSettledForGood;
  /// What the endpoint says of its weight; nullopt: that of the file counts.
  std::optional<model::ReportedWeight> v4_weight{};
  std::optional<model::ReportedWeight> v6_weight{};
  /// Where the pool's monitor combines others, the one that decided; else null. Belongs to the
  /// pool.
  const model::Monitor* v4_decider = nullptr;
  const model::Monitor* v6_decider = nullptr;

  friend bool operator==(const EndpointState&, const EndpointState&) = default;
};

/// What monitoring says of an endpoint, in plain values.
struct Observation {
  std::optional<bool> v4_up;  ///< nullopt: nobody looks (no monitor), which counts as up
  std::optional<bool> v6_up;
  std::uint32_t settled_seconds = kSettledForGood;
  std::optional<model::ReportedWeight> v4_weight{};
  std::optional<model::ReportedWeight> v6_weight{};
  const model::Monitor* v4_decider = nullptr;
  const model::Monitor* v6_decider = nullptr;
};

/// The weight with which the endpoint takes its share of the family's clients.
[[nodiscard]] std::uint32_t weight_of(const model::Endpoint& endpoint, const EndpointState& state,
                                      base::Family family) noexcept;

/// Step 4 of the zone format's section 4: `forced` (override or maintenance window; nullopt =
/// none), else the state in the file, else what was observed.
[[nodiscard]] EndpointState endpoint_state(const model::Endpoint& endpoint,
                                           std::optional<model::AdminState> forced,
                                           const Observation& observed) noexcept;

}  // namespace loadstar::steer
