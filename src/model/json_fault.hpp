#pragma once

#include <optional>
#include <string_view>

#include "loadstar/model/json/document.hpp"

namespace loadstar::model::json {

/// What is wrong with a text that the Parser does not accept, in the words of an operator; nothing
/// when nothing is.
[[nodiscard]] std::optional<Problem> find_fault(std::string_view text);

}  // namespace loadstar::model::json
