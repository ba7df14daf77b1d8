#pragma once

#include "definitions.hpp"

namespace loadstar::model {

inline constexpr std::size_t kMaxEndpoints = 4096;

/// Reads a pool whose name is set, and sets its full name.
void read_pool(Context& context, json::Value value, Pool& pool);

[[nodiscard]] std::vector<std::string_view> pool_keys();
[[nodiscard]] std::vector<std::string_view> endpoint_keys();

}  // namespace loadstar::model
