#pragma once

#include "definitions.hpp"

namespace loadstar::model {

void read_monitor(Context& context, json::Value value, Monitor& monitor);

/// Reads the section: first the monitors that probe, then those that combine others, so that these
/// can name any of the first, and combinations that stand before them.
void define_monitors(Context& context, std::optional<json::Value> section);

[[nodiscard]] std::vector<std::string_view> monitor_keys();
[[nodiscard]] std::vector<std::string_view> flap_keys();

}  // namespace loadstar::model
