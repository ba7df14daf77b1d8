#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace loadstar::model {

/// RFC 4648 4, with its padding; white space at the ends does not count. nullopt when it is not
/// base64.
[[nodiscard]] std::optional<std::vector<std::uint8_t>> decode_base64(std::string_view text);

}  // namespace loadstar::model
