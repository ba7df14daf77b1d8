#include "loadstar/steer/pool_index.hpp"

namespace loadstar::steer {

std::uint32_t PoolIndex::add(const std::shared_ptr<const model::Pool>& pool) {
  const auto next = static_cast<std::uint32_t>(pools_.size());
  const auto [entry, is_new] = numbers_.try_emplace(pool.get(), next);
  if (is_new) pools_.push_back(pool);
  return entry->second;
}

}  // namespace loadstar::steer
