#include "json_string.hpp"

#include <charconv>
#include <cstdint>

#include "loadstar/base/utf8.hpp"

namespace loadstar::model::json {
namespace {

constexpr std::size_t kHexDigits = 4;

bool is_high_surrogate(std::uint32_t unit) noexcept { return (unit & 0xfc00U) == 0xd800U; }
bool is_low_surrogate(std::uint32_t unit) noexcept { return (unit & 0xfc00U) == 0xdc00U; }

/// What a character after a backslash stands for; 0 when it is none of those.
char simple_escape(char c) noexcept {
  switch (c) {
    case '"':
    case '\\':
    case '/': return c;
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    default: return 0;
  }
}

/// Every function returns false when what it should read is not right.
class Unescaper {
 public:
  explicit Unescaper(std::string_view raw) : rest_(raw) { text_.reserve(raw.size()); }

  bool run() {
    while (!rest_.empty()) {
      if (rest_.front() == '\\' ? !escape() : !character()) return false;
    }
    return true;
  }

  [[nodiscard]] std::string take() && { return std::move(text_); }

 private:
  bool character() {
    const auto [code_point, bytes] = base::first_character(rest_);
    if (bytes == 0 || code_point < 0x20) return false;
    text_ += rest_.substr(0, bytes);
    rest_.remove_prefix(bytes);
    return true;
  }

  bool escape() {
    if (rest_.size() < 2) return false;
    if (rest_[1] == 'u') return code_point();
    const char c = simple_escape(rest_[1]);
    if (c == 0) return false;
    text_ += c;
    rest_.remove_prefix(2);
    return true;
  }

  bool code_point() {
    std::uint32_t first = 0;
    if (!code_unit(first) || is_low_surrogate(first)) return false;
    if (is_high_surrogate(first)) {
      std::uint32_t second = 0;
      if (!code_unit(second) || !is_low_surrogate(second)) return false;
      first = 0x10000U + ((first & 0x3ffU) << 10) + (second & 0x3ffU);
    }
    base::append_utf8(text_, first);
    return true;
  }

  bool code_unit(std::uint32_t& unit) {
    if (!rest_.starts_with("\\u") || rest_.size() < 2 + kHexDigits) return false;
    const std::string_view digits = rest_.substr(2, kHexDigits);
    const auto [end, problem] = std::from_chars(digits.begin(), digits.end(), unit, 16);
    if (problem != std::errc{} || end != digits.end()) return false;
    rest_.remove_prefix(2 + kHexDigits);
    return true;
  }

  std::string_view rest_;
  std::string text_;
};

}  // namespace

std::optional<std::string> unescaped(std::string_view raw) {
  Unescaper unescaper(raw);
  if (!unescaper.run()) return std::nullopt;
  return std::move(unescaper).take();
}

}  // namespace loadstar::model::json
