#pragma once

#include <string_view>

namespace loadstar::app {

/// "0.1.0"
inline constexpr std::string_view kVersion = LOADSTAR_VERSION;

}  // namespace loadstar::app
