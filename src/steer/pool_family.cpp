#include "pool_family.hpp"

#include <algorithm>

#include "loadstar/select/quorum.hpp"

namespace loadstar::steer {
namespace {

template <class Condition>
std::vector<std::uint16_t> indices_where(const model::Pool& pool, Condition&& holds) {
  std::vector<std::uint16_t> indices;
  for (std::size_t i = 0; i < pool.endpoints.size(); ++i) {
    if (holds(i)) indices.push_back(static_cast<std::uint16_t>(i));
  }
  return indices;
}

std::vector<std::uint16_t> without_spares(const model::Pool& pool,
                                          std::span<const EndpointState> states,
                                          base::Family family, std::vector<std::uint16_t> members) {
  const auto spare = [&](std::uint16_t index) {
    return weight_of(pool.endpoints[index], states[index], family) == 0;
  };
  if (!std::ranges::all_of(members, spare)) std::erase_if(members, spare);
  return members;
}

}  // namespace

bool has_family(const model::Endpoint& endpoint, base::Family family) noexcept {
  if (family == base::Family::V6) return endpoint.aaaa.has_value();
  return endpoint.a.has_value() || !endpoint.cname.empty();
}

FamilyCount count_family(const model::Pool& pool, std::span<const EndpointState> states,
                         base::Family family) noexcept {
  FamilyCount count;
  for (std::size_t i = 0; i < pool.endpoints.size(); ++i) {
    if (!has_family(pool.endpoints[i], family)) continue;
    ++count.present;
    if (liveness(states[i], family) == Liveness::Up) ++count.up;
  }
  count.needed = select::needed_of(pool.min_up, count.present);
  return count;
}

std::vector<std::uint16_t> live_members(const model::Pool& pool,
                                        std::span<const EndpointState> states,
                                        base::Family family) {
  return without_spares(pool, states, family, indices_where(pool, [&](std::size_t i) {
                          return has_family(pool.endpoints[i], family) &&
                                 liveness(states[i], family) == Liveness::Up;
                        }));
}

std::vector<std::uint16_t> as_if_up_members(const model::Pool& pool,
                                            std::span<const EndpointState> states,
                                            base::Family family) {
  auto members = indices_where(pool, [&](std::size_t i) {
    return has_family(pool.endpoints[i], family) && !states[i].withdrawn;
  });
  if (members.empty()) {
    members =
        indices_where(pool, [&](std::size_t i) { return has_family(pool.endpoints[i], family); });
  }
  return without_spares(pool, states, family, std::move(members));
}

}  // namespace loadstar::steer
