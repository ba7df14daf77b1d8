#pragma once

#include <string_view>
#include <vector>

#include "loadstar/model/dns_config.hpp"

#include "config_context.hpp"

namespace loadstar::model {

void read_keys(ConfigContext& context, json::Value value, DnsConfig& config);
void read_transfers(ConfigContext& context, json::Value value, DnsConfig& config);

/// That transfers name keys that there are. After everything has been read.
void check_transfers(ConfigContext& context, json::Value root, const DnsConfig& config);

[[nodiscard]] std::vector<std::string_view> key_keys();
[[nodiscard]] std::vector<std::string_view> transfer_keys();

}  // namespace loadstar::model
