#pragma once

#include <string_view>

namespace loadstar::model {

/// The text without white space at its ends; a part of it also when nothing is left.
[[nodiscard]] inline std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return text.substr(text.size());
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

}  // namespace loadstar::model
