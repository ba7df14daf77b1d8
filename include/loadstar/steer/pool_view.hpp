#pragma once
// What health changes: which endpoints of one pool are live, and the tables to pick among them. Immutable; a verdict builds a new
// one for the pools that it touches and nothing else.

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "loadstar/base/address.hpp"
#include "loadstar/model/pool.hpp"
#include "loadstar/steer/client.hpp"

namespace loadstar::steer {

/// State of one address of an endpoint after step 4 of the zone format's section 4. Draining: no new clients, not down.
enum class Liveness : std::uint8_t { Up, Draining, Down };

/// Of one endpoint, by family. A family that the endpoint lacks is ignored. A cname endpoint uses `v4`.
struct EndpointState {
  Liveness v4 = Liveness::Up;
  Liveness v6 = Liveness::Up;
  /// Seconds until the earliest possible change of this state by its monitor (probes still needed x interval).
  std::uint32_t settled_seconds = 0xffff'ffff;
};

/// Which table is picked from: Live = up endpoints only; AsIfUp = `on_all_down: all`; LastGood = those of the last time it was usable.
enum class PickFrom : std::uint8_t { Live, AsIfUp, LastGood };

class PoolView {
 public:
  /// `states` is parallel to pool.endpoints. `previous` (may be null) is the view that this one replaces: it hands on what was
  /// last good. `sequence` rises with every view made and dates last_usable().
  [[nodiscard]] static std::shared_ptr<const PoolView> make(std::shared_ptr<const model::Pool> pool,
                                                            std::span<const EndpointState> states,
                                                            const PoolView* previous,
                                                            std::uint64_t sequence);

  /// At least min_up endpoints are up in every address family that the pool has.
  [[nodiscard]] bool usable() const noexcept;
  /// The sequence at which it was usable last; 0 = never.
  [[nodiscard]] std::uint64_t last_usable() const noexcept;

  /// Chooses endpoints of the family for a client, first the most preferred, at most pool.answer_limit() and out.size() of them,
  /// as indices of pool().endpoints. Returns how many; 0 when the pool has none of the family. Allocates nothing.
  [[nodiscard]] std::size_t pick(base::Family family, PickFrom from, const Client& client,
                                 std::uint8_t hash_bits, std::uint32_t pool_index, Dice& dice,
                                 std::span<std::uint16_t> out) const noexcept;

  /// Addresses in network order, parallel to pool().endpoints; zero where the endpoint has none. For the answer's bytes.
  [[nodiscard]] std::span<const std::array<std::uint8_t, 4>> v4() const noexcept;
  [[nodiscard]] std::span<const std::array<std::uint8_t, 16>> v6() const noexcept;

  [[nodiscard]] const model::Pool& pool() const noexcept;
  [[nodiscard]] std::span<const EndpointState> states() const noexcept;
  /// Whether any endpoint has the family; a type that the pool lacks is NODATA.
  [[nodiscard]] bool has(base::Family family) const noexcept;
  /// Endpoints are cname targets instead of addresses.
  [[nodiscard]] bool is_cname() const noexcept;
  /// Upper bound for a TTL that follows health: settled_seconds of the least settled endpoint; 0 while degraded or draining.
  [[nodiscard]] std::uint32_t settled_seconds() const noexcept;
};

}  // namespace loadstar::steer
