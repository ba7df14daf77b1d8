#pragma once

#include "loadstar/model/dns_config.hpp"

#include "config_context.hpp"

namespace loadstar::model {

/// The key "tcp" of a configuration.
void read_tcp(ConfigContext& context, json::Value value, DnsConfig& config);
[[nodiscard]] std::vector<std::string_view> tcp_keys();

/// The key "tls".
void read_tls(ConfigContext& context, json::Value value, DnsConfig& config);
[[nodiscard]] std::vector<std::string_view> tls_keys();

/// The key "proxy_protocol".
void read_proxy_protocol(ConfigContext& context, json::Value value, DnsConfig& config);
[[nodiscard]] std::vector<std::string_view> proxy_protocol_keys();

/// The key "xdp".
void read_xdp(ConfigContext& context, json::Value value, DnsConfig& config);

}  // namespace loadstar::model
