#pragma once

#include "definitions.hpp"

namespace loadstar::model {

void read_region(Context& context, json::Value value, Region& region);

[[nodiscard]] std::vector<std::string_view> region_keys();

}  // namespace loadstar::model
