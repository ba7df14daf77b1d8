#pragma once

#include "definitions.hpp"

namespace loadstar::model {

/// What does not fit together within a rule.
void check_rule(Context& context, json::Value value, const Rule& rule);

/// Rules that can never decide, clients that no rule takes, pools that differ in their families.
void check_policy(Context& context, json::Value value, const Policy& policy);

}  // namespace loadstar::model
