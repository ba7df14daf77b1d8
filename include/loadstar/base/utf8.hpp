#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace loadstar::base {

struct Utf8Character {
  std::uint32_t code_point = 0;
  std::size_t bytes = 0;  ///< 0: not well-formed (RFC 3629)
};

/// The first character of a text that is not empty.
[[nodiscard]] Utf8Character first_character(std::string_view text) noexcept;

/// `code_point` is at most U+10FFFF and no surrogate.
void append_utf8(std::string& text, std::uint32_t code_point);

}  // namespace loadstar::base
