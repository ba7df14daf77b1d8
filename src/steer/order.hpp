#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "loadstar/base/coordinates.hpp"
#include "loadstar/model/policy.hpp"
#include "loadstar/steer/plan.hpp"

namespace loadstar::steer {

/// The order in which a rule's pools are tried: step 5 of the zone format's section 4.
struct Order {
  /// A pool by its position in the rule, and how far it counts from the client: bias taken off,
  /// nullopt when not known.
  struct Entry {
    std::uint32_t position = 0;
    std::optional<double> distance_km;
  };

  std::vector<Entry> entries;
  std::uint32_t leading = 1;  ///< so many at the front share clients
  Sharing sharing = Sharing::First;
};

/// `from`: where the client is; nullopt when that is not known.
[[nodiscard]] Order order_pools(const model::Rule& rule,
                                const std::optional<base::Coordinates>& from);

/// Whether the order of the rule's pools can depend on where the client is.
[[nodiscard]] bool depends_on_place(const model::Rule& rule) noexcept;

}  // namespace loadstar::steer
