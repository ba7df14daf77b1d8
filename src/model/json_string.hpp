#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace loadstar::model::json {

/// What stands between the quotes of a string, with its escapes read; nothing when an escape is
/// broken, UTF-8 is not well-formed, or a control character stands there as itself. Without an
/// escape the result is as long as `raw`, else shorter.
[[nodiscard]] std::optional<std::string> unescaped(std::string_view raw);

}  // namespace loadstar::model::json
