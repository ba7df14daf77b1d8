#pragma once

#include <functional>

#include "definitions.hpp"

namespace loadstar::model {

/// Calls `warn` for each definition that nothing refers to.
void find_unused(const Definitions& definitions,
                 const std::function<void(const base::Where& where, std::string message)>& warn);

}  // namespace loadstar::model
