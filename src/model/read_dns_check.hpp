#pragma once
// The keys of "dns" monitors.

#include "definitions.hpp"

namespace loadstar::model {

void read_dns_query(Context& context, json::Value value, Monitor& monitor);
void read_dns_expectation(Context& context, json::Value value, Monitor& monitor);

[[nodiscard]] std::vector<std::string_view> dns_query_keys();
[[nodiscard]] std::vector<std::string_view> dns_expectation_keys();
[[nodiscard]] std::vector<std::string_view> wanted_rdata_keys();

}  // namespace loadstar::model
