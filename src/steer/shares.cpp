#include "shares.hpp"

#include <algorithm>

#include "loadstar/base/random.hpp"

#include "subnet.hpp"

namespace loadstar::steer {
namespace {

constexpr std::uint8_t kBitsV4 = 24;
constexpr std::uint8_t kBitsV6 = 48;
/// So that who leaves has nothing to do with what sticky and ip-hash make of the same subnet.
constexpr std::uint64_t kSalt = 0x9e6c63d0876a9a47ULL;

/// Who takes a share takes this client, or it does not: what has been drained is drained, what
/// comes back is not back yet.
void settle_share(EndpointState& state, std::uint8_t percent) noexcept {
  if (!is_shared(state)) return;
  const bool takes_it = percent < state.share_percent;
  const Liveness otherwise = state.withdrawn ? Liveness::Draining : Liveness::Down;
  for (Liveness* const family : {&state.v4, &state.v6}) {
    if (*family == Liveness::Up && !takes_it) *family = otherwise;
  }
  if (takes_it) state.withdrawn = false;
  state.share_percent = kWholeShare;
}

}  // namespace

std::uint8_t percent(const Client& client) noexcept {
  const Subnet subnet = subnet_of(client);
  const std::uint64_t key = subnet_key(subnet, subnet.address.is_v4() ? kBitsV4 : kBitsV6);
  return static_cast<std::uint8_t>((base::mix(key ^ kSalt) >> 32) * kWholeShare >> 32);
}

bool is_shared(const EndpointState& state) noexcept {
  const bool is_up = state.v4 == Liveness::Up || state.v6 == Liveness::Up;
  return is_up && state.share_percent < kWholeShare;
}

std::vector<EndpointState> states_at(std::uint8_t percent, std::span<const EndpointState> states) {
  std::vector<EndpointState> settled(states.begin(), states.end());
  for (EndpointState& state : settled) settle_share(state, percent);
  return settled;
}

std::vector<std::uint8_t> turning_points(std::span<const EndpointState> states) {
  std::vector<std::uint8_t> points{0};
  for (const EndpointState& state : states) {
    if (is_shared(state)) points.push_back(state.share_percent);
  }
  std::ranges::sort(points);
  const auto repeated = std::ranges::unique(points);
  points.erase(repeated.begin(), repeated.end());
  return points;
}

}  // namespace loadstar::steer
