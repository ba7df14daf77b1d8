#pragma once

#include <string_view>

namespace loadstar::geo {

/// Well-formed UTF-8 (RFC 3629) without control characters, so that it can be shown and put into
/// JSON as it stands.
[[nodiscard]] bool is_printable_utf8(std::string_view text) noexcept;

}  // namespace loadstar::geo
