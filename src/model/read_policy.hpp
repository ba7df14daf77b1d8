#pragma once

#include "definitions.hpp"

namespace loadstar::model {

/// Reads a policy whose name is set.
void read_policy(Context& context, json::Value value, Policy& policy);

[[nodiscard]] std::vector<std::string_view> policy_keys();
[[nodiscard]] std::vector<std::string_view> rule_keys();
[[nodiscard]] std::vector<std::string_view> rule_pool_keys();
[[nodiscard]] std::vector<std::string_view> sticky_prefix_keys();
[[nodiscard]] std::vector<std::string_view> https_keys();

/// The words of on_all_down besides "pool:NAME".
inline constexpr std::array<Word<OnAllDown::Kind>, 4> kOnAllDownWords{{
    {"all", OnAllDown::Kind::All},
    {"last-good", OnAllDown::Kind::LastGood},
    {"nodata", OnAllDown::Kind::NoData},
    {"servfail", OnAllDown::Kind::ServFail},
}};

/// A policy that sends everyone to one pool, for "steer" that holds a pool.
[[nodiscard]] std::shared_ptr<Policy> policy_of(std::shared_ptr<const Pool> pool);

/// All pools that the policy can reach, each once, in the order of the file.
[[nodiscard]] std::vector<std::shared_ptr<const Pool>> pools_of(const Policy& policy);

}  // namespace loadstar::model
