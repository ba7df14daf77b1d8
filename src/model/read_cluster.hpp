#pragma once

#include "loadstar/model/dns_config.hpp"

#include "config_context.hpp"

namespace loadstar::model {

void read_cluster(ConfigContext& context, json::Value value, DnsConfig& config);

/// What the cluster needs of the other keys. `root` is an object.
void check_cluster(ConfigContext& context, json::Value root, const DnsConfig& config);

// For the test that compares them with the schema.
[[nodiscard]] std::vector<std::string_view> cluster_keys();
[[nodiscard]] std::vector<std::string_view> redis_keys();
[[nodiscard]] std::vector<std::string_view> peer_keys();
[[nodiscard]] std::vector<std::string_view> vantage_keys();

}  // namespace loadstar::model
