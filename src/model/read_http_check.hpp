#pragma once
// The keys of "http" and "https" monitors.

#include "definitions.hpp"

namespace loadstar::model {

void read_method(Context& context, json::Value value, Monitor& monitor);
void read_path(Context& context, json::Value value, Monitor& monitor);
void read_host(Context& context, json::Value value, Monitor& monitor);
void read_headers(Context& context, json::Value value, Monitor& monitor);
void read_weight_from(Context& context, json::Value value, Monitor& monitor);
void read_follow_redirects(Context& context, json::Value value, Monitor& monitor);
void read_http_expectation(Context& context, json::Value value, Monitor& monitor);

/// What no key says alone.
void check_http(Context& context, json::Value value, const Monitor& monitor);

[[nodiscard]] std::vector<std::string_view> expectation_keys();

}  // namespace loadstar::model
