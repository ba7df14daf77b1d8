#include "utf8.hpp"

#include <array>
#include <bit>
#include <cstdint>

namespace loadstar::geo {
namespace {

constexpr std::uint32_t kLastCodePoint = 0x10ffff;

/// Bytes of the first character; 0 if it is none that can be shown.
std::size_t first_character(std::string_view text) noexcept {
  const auto lead = static_cast<unsigned char>(text.front());
  const auto ones = static_cast<std::size_t>(std::countl_one(lead));
  if (ones == 0) return lead >= 0x20 && lead != 0x7f ? 1 : 0;
  if (ones == 1 || ones > 4 || ones > text.size()) return 0;

  std::uint32_t code_point = lead & (0x7fU >> ones);
  for (const char c : text.substr(1, ones - 1)) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xc0U) != 0x80U) return 0;
    code_point = code_point << 6 | (byte & 0x3fU);
  }
  // Below it a shorter form exists; C1 controls (U+0080 to U+009F) are refused by the first.
  static constexpr std::array<std::uint32_t, 5> kLeast{0, 0, 0xa0, 0x800, 0x10000};
  const bool surrogate = code_point >= 0xd800 && code_point <= 0xdfff;
  return code_point >= kLeast[ones] && code_point <= kLastCodePoint && !surrogate ? ones : 0;
}

}  // namespace

bool is_printable_utf8(std::string_view text) noexcept {
  while (!text.empty()) {
    const std::size_t bytes = first_character(text);
    if (bytes == 0) return false;
    text.remove_prefix(bytes);
  }
  return true;
}

}  // namespace loadstar::geo
