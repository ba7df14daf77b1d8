#pragma once

#include <expected>
#include <memory>
#include <string>
#include <string_view>

#include "loadstar/model/monitor.hpp"

namespace loadstar::model {

/// A monitor from its text in a file, as another process read it: Monitor::text. The error says
/// what is wrong with it.
[[nodiscard]] std::expected<std::shared_ptr<const Monitor>, std::string> parse_monitor(
    std::string name, std::string_view text);

}  // namespace loadstar::model
