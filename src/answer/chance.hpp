#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "loadstar/base/random.hpp"
#include "loadstar/steer/client.hpp"
#include "loadstar/wire/types.hpp"

namespace loadstar::answer {

/// What one worker's choices draw on. Turns within a pool are kept by the type asked for: a client
/// that asks for A, then AAAA, then A again would else always meet the same turn of two, and one
/// endpoint would get all of A.
class Chance {
 public:
  Chance(std::uint64_t seed, std::shared_ptr<steer::Draws> draws)
      : draws_(std::move(draws)), dice_{base::Random(seed), draws_.get(), 0, {}, {}} {}

  /// Room for so many pools and policies; turns that are there stay.
  void resize(std::size_t pools, std::size_t policies) {
    for (auto& turns : pool_turns_) turns.resize(pools);
    policy_turns_.resize(policies);
    dice_.policy_turns = policy_turns_;
  }

  /// For the choice of a pool.
  [[nodiscard]] steer::Dice& for_policy(std::uint16_t type) noexcept {
    dice_.kind = kind_of(type);
    return dice_;
  }
  /// For a pick of addresses; an answer of type HTTPS picks once for each family.
  [[nodiscard]] steer::Dice& for_pool(std::uint16_t type, base::Family family) noexcept {
    const std::size_t second = family == base::Family::V6 ? kKinds : 0;
    dice_.pool_turns = pool_turns_[kind_of(type) + second];
    return dice_;
  }

 private:
  static constexpr std::size_t kKinds = steer::Draws::kKinds;
  static unsigned kind_of(std::uint16_t type) noexcept {
    if (type == wire::type::kA) return 0;
    return type == wire::type::kAaaa ? 1 : 2;
  }

  std::shared_ptr<steer::Draws> draws_;
  steer::Dice dice_;
  std::array<std::vector<std::uint32_t>, 2 * kKinds> pool_turns_;
  std::vector<std::uint32_t> policy_turns_;
};

}  // namespace loadstar::answer
