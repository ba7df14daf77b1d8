#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "loadstar/model/pool.hpp"
#include "loadstar/select/rendezvous.hpp"
#include "loadstar/select/weighted_random.hpp"
#include "loadstar/steer/client.hpp"

namespace loadstar::steer {

/// Endpoints of a pool that share its clients, prepared for the pool's balance. Immutable.
class PickTable {
 public:
  PickTable() = default;
  /// `members`: indices of pool.endpoints, in their order; `weights` parallel to them. Where all
  /// are 0, all count alike.
  PickTable(const model::Pool& pool, std::vector<std::uint16_t> members,
            std::vector<std::uint32_t> weights);

  [[nodiscard]] std::span<const std::uint16_t> members() const noexcept { return members_; }

  /// Fills `out` with members, the most preferred first; returns how many. `turn` is moved on by
  /// round robin only. Allocates nothing.
  [[nodiscard]] std::size_t pick(const Client& client, std::uint8_t hash_bits, std::uint32_t& turn,
                                 base::Random& random, std::span<std::uint16_t> out) const noexcept;

  /// Whether there are members and each pick is drawn by weight; draw() is then a pick of one.
  [[nodiscard]] bool is_drawn() const noexcept { return weighted_.size() != 0; }
  [[nodiscard]] std::uint16_t draw(base::Random& random) const noexcept {
    return members_[weighted_.pick(random)];
  }

 private:
  [[nodiscard]] std::size_t pick_weighted(base::Random& random,
                                          std::span<std::uint16_t> out) const noexcept;
  void to_endpoints(std::span<std::uint16_t> picked) const noexcept;

  model::Balance balance_ = model::Balance::All;
  std::vector<std::uint16_t> members_;
  // Both index members_; only the one that the balance needs is filled.
  select::WeightedRandom weighted_;
  select::Rendezvous hashed_;
};

}  // namespace loadstar::steer
