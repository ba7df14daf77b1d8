#pragma once

#include "definitions.hpp"

namespace loadstar::model {

/// Windows at one object, and the most.
inline constexpr std::size_t kMaxWindows = 100;

/// Reads the list "maintenance" of a region, a pool or an endpoint.
void read_maintenance(Context& context, json::Value value, std::vector<Maintenance>& windows);

[[nodiscard]] std::vector<std::string_view> maintenance_keys();

}  // namespace loadstar::model
