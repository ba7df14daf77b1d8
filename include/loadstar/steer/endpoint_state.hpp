#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "loadstar/model/pool.hpp"

namespace loadstar::steer {

/// State of one address of an endpoint after step 4 of the zone format's section 4. Draining: no
/// new clients, not down.
enum class Liveness : std::uint8_t { Up, Draining, Down };

inline constexpr std::uint8_t kWholeShare = 100;

/// For EndpointState::settled_seconds: no probe is going to change it.
inline constexpr std::uint32_t kSettledForGood = 0xffff'ffff;

/// Of one endpoint, by family. A family that the endpoint lacks is ignored. A cname endpoint uses
/// `v4`.
struct EndpointState {
  Liveness v4 = Liveness::Up;
  Liveness v6 = Liveness::Up;
  /// Set down or draining by an operator or the file: `on_all_down: all` leaves it out, too.
  bool withdrawn = false;
  /// Where it is up, so many of its clients it takes, chosen by hash of their subnet: those with a
  /// percent() below this. Less than 100 while it is drained over a time (it is `withdrawn` then)
  /// or comes back by and by.
  std::uint8_t share_percent = kWholeShare;
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
  std::string why{};  ///< what decided, in words: an override, a window, a guard, or why it is down

  friend bool operator==(const EndpointState&, const EndpointState&) = default;
};

/// What monitoring says of an endpoint, in plain values.
struct Observation {
  std::optional<bool> v4_up;  ///< nullopt: nobody looks (no monitor), which counts as up
  std::optional<bool> v6_up;
  std::uint8_t share_percent = kWholeShare;  ///< less while it comes back by and by
  std::uint32_t settled_seconds = kSettledForGood;
  std::optional<model::ReportedWeight> v4_weight{};
  std::optional<model::ReportedWeight> v6_weight{};
  const model::Monitor* v4_decider = nullptr;
  const model::Monitor* v6_decider = nullptr;
};

/// The weight with which the endpoint takes its share of the family's clients.
[[nodiscard]] std::uint32_t weight_of(const model::Endpoint& endpoint, const EndpointState& state,
                                      base::Family family) noexcept;

/// What an override or a maintenance window says.
struct Forced {
  model::AdminState state = model::AdminState::Auto;
  std::uint8_t kept_percent = 0;  ///< of its clients, those that a drain has left it so far
};

/// Step 4 of the zone format's section 4: `forced` (nullopt = nothing is), else the state in the
/// file, else what was observed.
[[nodiscard]] EndpointState endpoint_state(const model::Endpoint& endpoint,
                                           const std::optional<Forced>& forced,
                                           const Observation& observed) noexcept;

}  // namespace loadstar::steer
