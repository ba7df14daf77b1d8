#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace loadstar::control {

/// A request target (RFC 9112 3.2) taken apart, percent-decoded.
struct Target {
  std::string path;
  std::map<std::string, std::string, std::less<>> query;

  /// "" when the query has no such name.
  [[nodiscard]] std::string value(std::string_view name) const;
};

/// Nothing when a percent sign is not followed by two hexadecimal digits. Of a repeated name the
/// last counts.
[[nodiscard]] std::optional<Target> parse_target(std::string_view text);

}  // namespace loadstar::control
