#pragma once

#include "definitions.hpp"

namespace loadstar::model {

/// Read "guards" of a pool and of a policy.
void read_pool_guards(Context& context, json::Value value, PoolGuards& guards);
void read_policy_guards(Context& context, json::Value value, PolicyGuards& guards);

/// Report guards that the file itself breaks: an error, so that a reload leaves what was good
/// before in use. `value` is the pool's or the policy's.
void check_guards(Context& context, json::Value value, const Pool& pool);
void check_guards(Context& context, json::Value value, const Policy& policy);

[[nodiscard]] std::vector<std::string_view> pool_guards_keys();
[[nodiscard]] std::vector<std::string_view> max_removed_keys();
[[nodiscard]] std::vector<std::string_view> policy_guards_keys();

}  // namespace loadstar::model
