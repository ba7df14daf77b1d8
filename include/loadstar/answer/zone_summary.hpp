#pragma once

#include <cstdint>
#include <vector>

#include "loadstar/answer/snapshot.hpp"
#include "loadstar/base/address.hpp"
#include "loadstar/wire/name.hpp"

namespace loadstar::answer {

/// What there is to tell others of a zone.
struct ZoneSummary {
  wire::Name origin;  ///< lowered
  std::uint32_t serial = 0;
  /// Of its name servers but the primary that its SOA names, as far as they are static and in the
  /// zone (RFC 1996 2.1).
  std::vector<base::Address> secondaries;
};

/// Of each zone of the snapshot.
[[nodiscard]] std::vector<ZoneSummary> summarize(const Snapshot& snapshot);

}  // namespace loadstar::answer
