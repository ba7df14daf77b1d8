#pragma once

#include <optional>
#include <string_view>

#include "loadstar/base/duration.hpp"

namespace loadstar::model {

/// "2026-11-29T22:00:00Z", "2026-11-29T23:00:00.5+01:00" (RFC 3339 5.6). A leap second counts as
/// the second after it. From the year 1970 on; fractions below a millisecond are dropped.
[[nodiscard]] std::optional<base::SystemTime> parse_rfc3339(std::string_view text);

}  // namespace loadstar::model
