#pragma once

#include <string>
#include <string_view>

namespace loadstar::app {

/// The body of a control API's answer. `url` is http://ADDR[:PORT]; no TLS. Throws
/// base::ConfigError when the server cannot be reached within a few seconds, or says that it cannot
/// answer.
[[nodiscard]] std::string http_get(std::string_view url, std::string_view target);

/// The same with POST and an empty body.
[[nodiscard]] std::string http_post(std::string_view url, std::string_view target);

/// For a value in a query string (RFC 3986 2.3).
[[nodiscard]] std::string percent_encoded(std::string_view text);

}  // namespace loadstar::app
