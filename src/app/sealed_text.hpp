#pragma once

#include <expected>
#include <string>
#include <string_view>

namespace loadstar::app {

/// A text of the state directory that shows when it is not whole: a header that names its kind and
/// version, the body, and an XXH3 checksum of both in the last line. Header and body end with a
/// line feed.
[[nodiscard]] std::string seal(std::string_view header, std::string_view body);

/// The body, valid as long as the text. The error says what is damaged.
[[nodiscard]] std::expected<std::string_view, std::string> unseal(std::string_view header,
                                                                  std::string_view text);

}  // namespace loadstar::app
