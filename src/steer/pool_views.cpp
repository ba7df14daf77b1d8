#include "loadstar/steer/pool_views.hpp"

#include <map>

namespace loadstar::steer {

PoolViews::PoolViews(const std::vector<View>& views) {
  for (std::size_t first = 0; first < views.size(); first += kBlock) {
    auto block = std::make_shared<Block>();
    for (std::size_t i = first; i < std::min(first + kBlock, views.size()); ++i) {
      (*block)[i - first] = views[i];
      live_.push_back(views[i].get());
    }
    blocks_.push_back(std::move(block));
  }
}

PoolViews PoolViews::with(const Changes& changes) const {
  PoolViews changed = *this;
  std::map<std::size_t, std::shared_ptr<Block>> copies;
  for (const auto& [pool, view] : changes) {
    auto& block = copies[pool / kBlock];
    if (block == nullptr) block = std::make_shared<Block>(*blocks_[pool / kBlock]);
    (*block)[pool % kBlock] = view;
    changed.live_[pool] = view.get();
  }
  for (auto& [index, block] : copies) changed.blocks_[index] = std::move(block);
  return changed;
}

}  // namespace loadstar::steer
