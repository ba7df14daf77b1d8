#pragma once

#include <string_view>
#include <vector>

#include "loadstar/model/rate_limit.hpp"

#include "reader.hpp"

namespace loadstar::model {

/// Reads the object `rate_limit` of the configuration.
[[nodiscard]] RateLimit read_rate_limit(Reader& in, json::Value value);

[[nodiscard]] std::vector<std::string_view> rate_limit_keys();

}  // namespace loadstar::model
