#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace loadstar::app {

/// The body of a control API's answer. `url` is http://ADDR[:PORT]; no TLS. Throws
/// base::ConfigError when the server cannot be reached within a few seconds, or says that it cannot
/// answer.
[[nodiscard]] std::string http_get(std::string_view url, std::string_view target);

/// The same with POST and an empty body, and with DELETE.
[[nodiscard]] std::string http_post(std::string_view url, std::string_view target);
[[nodiscard]] std::string http_delete(std::string_view url, std::string_view target);

/// Asks every server, also when one fails; then throws what all of them said.
void ask_each(const std::vector<std::string>& servers,
              const std::function<void(const std::string& server)>& ask);

/// For a value in a query string (RFC 3986 2.3).
[[nodiscard]] std::string percent_encoded(std::string_view text);

}  // namespace loadstar::app
