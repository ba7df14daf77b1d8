#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "loadstar/base/random.hpp"
#include "loadstar/steer/client.hpp"
#include "loadstar/wire/types.hpp"

namespace loadstar::answer {

/// What one worker's choices draw on.
class Chance {
 public:
  Chance(std::uint64_t seed, std::shared_ptr<steer::Draws> draws)
      : draws_(std::move(draws)), dice_{base::Random(seed), draws_.get(), 0, {}, {}} {}

  /// Room for so many pools and policies; turns that are there stay.
  void resize(std::size_t pools, std::size_t policies) {
    pool_turns_.resize(pools * steer::Dice::kTurnsOfPool);
    policy_turns_.resize(policies);
    dice_.pool_turns = pool_turns_;
    dice_.policy_turns = policy_turns_;
  }

  [[nodiscard]] base::Random& random() noexcept { return dice_.random; }
  /// For a question of that type.
  [[nodiscard]] steer::Dice& for_type(std::uint16_t type) noexcept {
    dice_.kind = kind_of(type);
    return dice_;
  }

 private:
  static unsigned kind_of(std::uint16_t type) noexcept {
    if (type == wire::type::kA) return 0;
    return type == wire::type::kAaaa ? 1 : 2;
  }

  std::shared_ptr<steer::Draws> draws_;
  steer::Dice dice_;
  std::vector<std::uint32_t> pool_turns_;
  std::vector<std::uint32_t> policy_turns_;
};

}  // namespace loadstar::answer
