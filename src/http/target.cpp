#include <charconv>

#include "loadstar/http/message.hpp"

namespace loadstar::http {
namespace {

std::optional<char> hex_byte(std::string_view digits) {
  unsigned value = 0;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
  if (digits.size() != 2 || error != std::errc{} || end != digits.data() + 2) return std::nullopt;
  return static_cast<char>(value);
}

std::optional<std::string> decoded(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      result += text[i];
      continue;
    }
    const auto byte = hex_byte(text.substr(i + 1, 2));
    if (!byte) return std::nullopt;
    result += *byte;
    i += 2;
  }
  return result;
}

/// Cuts off and returns what stands before the separator; all when there is none.
std::string_view take_until(std::string_view& text, char separator) {
  const std::size_t at = text.find(separator);
  const std::string_view head = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
  return head;
}

}  // namespace

std::string Target::value(std::string_view name) const {
  const auto found = query.find(name);
  return found == query.end() ? "" : found->second;
}

std::optional<Target> parse_target(std::string_view text) {
  const auto path = decoded(take_until(text, '?'));
  if (!path) return std::nullopt;
  Target target{.path = *path, .query = {}};
  while (!text.empty()) {
    std::string_view pair = take_until(text, '&');
    const auto name = decoded(take_until(pair, '='));
    const auto value = decoded(pair);
    if (!name || !value) return std::nullopt;
    target.query[*name] = *value;
  }
  return target;
}

}  // namespace loadstar::http
