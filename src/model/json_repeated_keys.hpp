#pragma once

#include <cstddef>
#include <vector>

#include "loadstar/model/json/document.hpp"

namespace loadstar::model::json {

/// Reports each key of an object of `count` members that stood in it before.
void find_repeated_keys(Value object, std::size_t count, std::vector<Problem>& problems);

}  // namespace loadstar::model::json
