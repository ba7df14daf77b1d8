#pragma once

#include <string_view>
#include <vector>

namespace loadstar::model {

[[nodiscard]] std::vector<std::string_view> probe_config_keys();

}  // namespace loadstar::model
