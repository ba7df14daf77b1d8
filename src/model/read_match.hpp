#pragma once

#include "definitions.hpp"

namespace loadstar::model {

/// Reads the keys of a match ("match" of a rule, an area, "not").
void read_match(Context& context, json::Value value, Match& match);

/// Makes the names of areas known, and then reads what they match: areas may name each other in any
/// order, but not in a circle (area_order.hpp).
void declare_areas(Context& context, std::optional<json::Value> section);
void read_areas(Context& context, std::optional<json::Value> section);

[[nodiscard]] std::vector<std::string_view> match_keys();

/// Every client of `inner` is certainly one of `outer`. False when that cannot be told from the two
/// alone.
[[nodiscard]] bool covers(const Match& outer, const Match& inner);

}  // namespace loadstar::model
