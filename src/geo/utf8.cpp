#include "utf8.hpp"

#include "loadstar/base/utf8.hpp"

namespace loadstar::geo {
namespace {

/// Also DEL and C1 (U+0080 to U+009F).
bool is_control(std::uint32_t code_point) noexcept {
  return code_point < 0x20 || (code_point >= 0x7f && code_point < 0xa0);
}

}  // namespace

bool is_printable_utf8(std::string_view text) noexcept {
  while (!text.empty()) {
    const auto [code_point, bytes] = base::first_character(text);
    if (bytes == 0 || is_control(code_point)) return false;
    text.remove_prefix(bytes);
  }
  return true;
}

}  // namespace loadstar::geo
