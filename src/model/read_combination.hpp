#pragma once
// Monitors that are made of others.

#include "definitions.hpp"

namespace loadstar::model {

/// Whether the value is a combination rather than a probe.
[[nodiscard]] bool is_combination(json::Value value);

/// `{"all_of": [...]}`, `{"any_of": [...]}` or `{"at_least": 2, "of": [...]}`; members are monitors
/// or names of some that are known by now.
void read_combination(Context& context, json::Value value, Monitor& monitor);

[[nodiscard]] std::vector<std::string_view> combination_keys();

}  // namespace loadstar::model
