#pragma once

#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "loadstar/model/pool.hpp"

namespace loadstar::steer {

/// Numbers the pools of a snapshot: each model::Pool object once.
class PoolIndex {
 public:
  [[nodiscard]] std::uint32_t add(const std::shared_ptr<const model::Pool>& pool);
  [[nodiscard]] const std::vector<std::shared_ptr<const model::Pool>>& pools() const noexcept {
    return pools_;
  }

 private:
  std::vector<std::shared_ptr<const model::Pool>> pools_;
  std::unordered_map<const model::Pool*, std::uint32_t> numbers_;
};

}  // namespace loadstar::steer
