#pragma once

#include "definitions.hpp"

namespace loadstar::model {

void read_monitor(Context& context, json::Value value, Monitor& monitor);

[[nodiscard]] std::vector<std::string_view> monitor_keys();
[[nodiscard]] std::vector<std::string_view> expectation_keys();
[[nodiscard]] std::vector<std::string_view> flap_keys();

}  // namespace loadstar::model
