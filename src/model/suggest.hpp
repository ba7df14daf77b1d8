#pragma once

#include <span>
#include <string>
#include <string_view>

namespace loadstar::model {

/// `; did you mean "endpoints"?` for the nearest known word, when one is near enough, else "".
[[nodiscard]] std::string did_you_mean(std::string_view given,
                                       std::span<const std::string_view> known);

/// `"a", "b" or "c"`.
[[nodiscard]] std::string listed(std::span<const std::string_view> words,
                                 std::string_view conjunction = "or");

}  // namespace loadstar::model
