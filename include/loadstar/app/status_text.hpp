#pragma once

#include <string>
#include <string_view>

namespace loadstar::app {

/// The document of GET /v1/status as text for people: the overrides, then a line for each address
/// with its effective and its real state, since when, and why. Throws base::ConfigError when it is
/// another document.
[[nodiscard]] std::string status_text(std::string_view document);

}  // namespace loadstar::app
