#pragma once
// What stands between tokens and means nothing.

#include <cstddef>
#include <string_view>

namespace loadstar::model::json {

inline constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

[[nodiscard]] constexpr bool is_blank(char c) noexcept {
  return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

/// Bytes of the comment that `rest` starts with: 0 when it starts with none, npos when it is not
/// closed.
[[nodiscard]] inline std::size_t comment_length(std::string_view rest) noexcept {
  if (rest.starts_with("//")) {
    const std::size_t end = rest.find_first_of("\r\n", 2);
    return end == std::string_view::npos ? rest.size() : end;
  }
  if (!rest.starts_with("/*")) return 0;
  const std::size_t end = rest.find("*/", 2);
  return end == std::string_view::npos ? end : end + 2;
}

}  // namespace loadstar::model::json
