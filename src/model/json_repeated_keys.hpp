#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "loadstar/model/json/document.hpp"

namespace loadstar::model::json {

/// Reports each key of an object of `count` members that stood in it before. `object`: its node and
/// those of all that is in it.
void find_repeated_keys(std::span<const Node> object, std::size_t count,
                        std::vector<Problem>& problems);

}  // namespace loadstar::model::json
