#pragma once

#include <array>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "loadstar/steer/pool_view.hpp"
#include "loadstar/steer/selection.hpp"

namespace loadstar::steer {

/// The views of all pools of a snapshot, by pool index. Immutable; one that is made with() others
/// shares all but the blocks that they are in, so that a verdict on one of ten thousand pools does
/// not touch the rest.
class PoolViews {
 public:
  using View = std::shared_ptr<const PoolView>;

  PoolViews() = default;
  explicit PoolViews(const std::vector<View>& views);

  /// By pool index, each at most once.
  using Changes = std::vector<std::pair<std::size_t, View>>;
  [[nodiscard]] PoolViews with(const Changes& changes) const;

  [[nodiscard]] std::size_t size() const noexcept { return live_.size(); }
  [[nodiscard]] const PoolView& operator[](std::size_t pool) const noexcept { return *live_[pool]; }
  /// Valid while this or a copy lives.
  [[nodiscard]] LivePools live() const noexcept { return live_; }

 private:
  static constexpr std::size_t kBlock = 64;
  using Block = std::array<View, kBlock>;

  std::vector<std::shared_ptr<const Block>> blocks_;
  std::vector<const PoolView*> live_;
};

}  // namespace loadstar::steer
