#pragma once

#include <string>

#include "loadstar/base/diagnostic.hpp"
#include "loadstar/base/duration.hpp"
#include "loadstar/model/admin_state.hpp"

namespace loadstar::model {

/// A time that is planned, in which a region, a pool or an endpoint takes no clients.
struct Maintenance {
  base::SystemTime from;
  base::SystemTime until;
  AdminState state = AdminState::Drain;  ///< Drain or Down
  /// So long before `from` a TTL that follows health is at its least, so that `from` finds no
  /// resolver with an old answer for long.
  base::Duration lead{};
  std::string why;
  base::Where where;
};

}  // namespace loadstar::model
