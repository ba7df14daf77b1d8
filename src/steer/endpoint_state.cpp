#include "loadstar/steer/endpoint_state.hpp"

#include <algorithm>

namespace loadstar::steer {
namespace {

constexpr Liveness liveness_of(std::optional<bool> up) noexcept {
  return up.value_or(true) ? Liveness::Up : Liveness::Down;
}

EndpointState as_said(model::AdminState said, const Observation& observed) noexcept {
  switch (said) {
    case model::AdminState::Up:
      return {.v4 = Liveness::Up,
              .v6 = Liveness::Up,
              .v4_weight = observed.v4_weight,
              .v6_weight = observed.v6_weight};
    case model::AdminState::Down:
      return {.v4 = Liveness::Down, .v6 = Liveness::Down, .withdrawn = true};
    case model::AdminState::Drain:
      return {.v4 = Liveness::Draining, .v6 = Liveness::Draining, .withdrawn = true};
    case model::AdminState::Auto: break;
  }
  return {.v4 = liveness_of(observed.v4_up),
          .v6 = liveness_of(observed.v6_up),
          .share_percent = observed.share_percent,
          .settled_seconds = observed.settled_seconds,
          .v4_weight = observed.v4_weight,
          .v6_weight = observed.v6_weight,
          .v4_decider = observed.v4_decider,
          .v6_decider = observed.v6_decider};
}

/// Those who have not been drained yet find it as it is.
EndpointState leaving(EndpointState state, std::uint8_t kept_percent) noexcept {
  state.share_percent = std::min(state.share_percent, kept_percent);
  state.withdrawn = true;
  return state;
}

}  // namespace

EndpointState endpoint_state(const model::Endpoint& endpoint, const std::optional<Forced>& forced,
                             const Observation& observed) noexcept {
  if (!forced) return as_said(endpoint.state, observed);
  if (forced->state != model::AdminState::Drain || forced->kept_percent == 0)
    return as_said(forced->state, observed);
  return leaving(as_said(endpoint.state, observed), forced->kept_percent);
}

std::uint32_t weight_of(const model::Endpoint& endpoint, const EndpointState& state,
                        base::Family family) noexcept {
  const auto& reported = family == base::Family::V4 ? state.v4_weight : state.v6_weight;
  return reported ? reported->apply_to(endpoint.weight) : endpoint.weight;
}

}  // namespace loadstar::steer
