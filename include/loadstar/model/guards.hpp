#pragma once

#include <cstdint>
#include <optional>

#include "loadstar/base/duration.hpp"
#include "loadstar/select/quorum.hpp"

namespace loadstar::model {

/// At most so many endpoints of a pool leave by their monitor within a time.
struct MaxRemoved {
  select::CountOrShare most = std::uint32_t{1};  ///< a share is rounded down, but 1 at least
  base::Duration within{};
};

/// What health may take away of a pool at most.
struct PoolGuards {
  /// With fewer up than this share of those that nobody has withdrawn, health is ignored.
  std::optional<double> panic_below;
  std::optional<MaxRemoved> max_removed;
};

/// What health may take away of a policy at most.
struct PolicyGuards {
  std::uint32_t min_regions_up = 0;  ///< regions with a usable pool; 0: no guard
};

}  // namespace loadstar::model
