#include "loadstar/base/utf8.hpp"

#include <array>
#include <bit>

namespace loadstar::base {
namespace {

constexpr std::uint32_t kLastCodePoint = 0x10ffff;

char continuation(std::uint32_t code_point, unsigned shift) {
  return static_cast<char>(0x80U | (code_point >> shift & 0x3fU));
}

}  // namespace

Utf8Character first_character(std::string_view text) noexcept {
  const auto lead = static_cast<unsigned char>(text.front());
  const auto ones = static_cast<std::size_t>(std::countl_one(lead));
  if (ones == 0) return {lead, 1};
  if (ones == 1 || ones > 4 || ones > text.size()) return {};

  std::uint32_t code_point = lead & (0x7fU >> ones);
  for (const char c : text.substr(1, ones - 1)) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xc0U) != 0x80U) return {};
    code_point = code_point << 6 | (byte & 0x3fU);
  }
  // Below it a shorter form exists.
  static constexpr std::array<std::uint32_t, 5> kLeast{0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = code_point >= 0xd800 && code_point <= 0xdfff;
  if (code_point < kLeast[ones] || code_point > kLastCodePoint || surrogate) return {};
  return {code_point, ones};
}

void append_utf8(std::string& text, std::uint32_t code_point) {
  if (code_point < 0x80) {
    text += static_cast<char>(code_point);
    return;
  }
  if (code_point < 0x800) {
    text += static_cast<char>(0xc0U | code_point >> 6);
  } else if (code_point < 0x10000) {
    text += static_cast<char>(0xe0U | code_point >> 12);
    text += continuation(code_point, 6);
  } else {
    text += static_cast<char>(0xf0U | code_point >> 18);
    text += continuation(code_point, 12);
    text += continuation(code_point, 6);
  }
  text += continuation(code_point, 0);
}

}  // namespace loadstar::base
