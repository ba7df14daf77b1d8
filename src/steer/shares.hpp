#pragma once
// Endpoints that take a share of their clients only: who they are, and what they are to a client.
//
//   share 60   ├──── takes it ─────┼──────── has left it, or is not back yet ───┤
//   percent()  0                  60                                         100
//
// A client keeps its percent, so it leaves once and stays away, and comes back once.

#include <cstdint>
#include <span>
#include <vector>

#include "loadstar/steer/client.hpp"
#include "loadstar/steer/endpoint_state.hpp"

namespace loadstar::steer {

/// 0 to 99, by hash of the client's /24 or /48.
[[nodiscard]] std::uint8_t percent(const Client& client) noexcept;

/// It is up, but not for all of its clients.
[[nodiscard]] bool is_shared(const EndpointState& state) noexcept;

/// The states as the clients of a percent find them: nothing is shared among these.
[[nodiscard]] std::vector<EndpointState> states_at(std::uint8_t percent,
                                                   std::span<const EndpointState> states);

/// Where the states of one client begin to differ from those of another, in rising order; the first
/// is 0, at which all that is shared takes clients. Only 0 when nothing is shared.
[[nodiscard]] std::vector<std::uint8_t> turning_points(std::span<const EndpointState> states);

}  // namespace loadstar::steer
