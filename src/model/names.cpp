#include "names.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace loadstar::model {
namespace {

constexpr std::size_t kMaxLabel = 63;
constexpr std::size_t kMaxName = 255;
constexpr std::size_t kMaxIdentifier = 63;
// They end a name in a master file, or have a meaning of their own there.
constexpr std::string_view kNotInNames = "\"();";

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

/// Nearly all that names are made of: these need no closer look.
bool is_plain(char c) noexcept { return (c >= 'a' && c <= 'z') || is_digit(c) || c == '-'; }

// Characters that stand for one octet: 1, 2 for \X, 4 for \DDD; 0 when the escape is not one.
std::size_t octet_width(std::string_view text) noexcept {
  if (text.front() != '\\') return 1;
  if (text.size() < 2) return 0;
  if (!is_digit(text[1])) return 2;
  if (text.size() < 4 || !is_digit(text[2]) || !is_digit(text[3])) return 0;
  const int value = (text[1] - '0') * 100 + (text[2] - '0') * 10 + (text[3] - '0');
  return value > 255 ? 0 : 4;
}

std::optional<std::string> problem_of_octet(std::string_view name, std::string_view rest) {
  const char c = rest.front();
  if (static_cast<unsigned char>(c) >= 0x80) {
    return fmt::format("\"{}\" is not ASCII; write the name in its \"xn--\" form", name);
  }
  if (static_cast<unsigned char>(c) <= 0x20 || c == 0x7f ||
      kNotInNames.find(c) != std::string_view::npos) {
    return fmt::format("\"{}\" holds a character that needs an escape in a name", name);
  }
  if (octet_width(rest) == 0) {
    return fmt::format("\"{}\" has a broken escape; \\DDD or \\X is right", name);
  }
  return std::nullopt;
}

std::optional<std::string> problem_of_label(std::string_view name, std::size_t octets) {
  if (octets == 0) return fmt::format("\"{}\" has an empty label", name);
  if (octets > kMaxLabel) {
    return fmt::format("\"{}\" has a label of {} octets; at most {} are allowed", name, octets,
                       kMaxLabel);
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> problem_of_name(std::string_view name) {
  if (name.empty()) return "an empty string is not a name";
  if (name == "." || name == "@") return std::nullopt;
  std::size_t octets = 0;
  for (std::size_t i = 0; i < name.size();) {
    if (is_plain(name[i])) {
      ++i;
      ++octets;
      continue;
    }
    const std::string_view rest = name.substr(i);
    if (auto problem = problem_of_octet(name, rest)) return problem;
    i += octet_width(rest);
    if (rest.front() != '.') {
      ++octets;
      continue;
    }
    if (auto problem = problem_of_label(name, octets)) return problem;
    octets = 0;
  }
  if (!name.ends_with('.') || name.ends_with("\\.")) {
    if (auto problem = problem_of_label(name, octets)) return problem;
  }
  // An escape is longer than what it stands for.
  if (name.size() + 2 <= kMaxName || wire_length(name) <= kMaxName) return std::nullopt;
  return fmt::format("\"{}…\" is longer than {} octets", name.substr(0, kMaxLabel), kMaxName);
}

std::string absolute_lower(std::string_view name) {
  std::string result(name);
  std::ranges::transform(result, result.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  const bool absolute = result.ends_with('.') && !result.ends_with("\\.");
  if (!absolute) result += '.';
  return result;
}

std::string completed(std::string_view name, std::string_view origin) {
  if (name == "@") return std::string(origin);
  if (name.ends_with('.') && !name.ends_with("\\.")) return absolute_lower(name);
  std::string result = absolute_lower(name);
  if (origin != ".") result += origin;
  return result;
}

bool is_within(std::string_view name, std::string_view origin) {
  if (origin == "." || name == origin) return true;
  if (!name.ends_with(origin)) return false;
  const std::string_view front = name.substr(0, name.size() - origin.size());
  return front.ends_with('.') && !front.ends_with("\\.");
}

std::size_t wire_length(std::string_view absolute) {
  if (absolute == ".") return 1;
  std::size_t octets = 1;  // the first label's length
  for (std::size_t i = 0; i < absolute.size();) {
    i += std::max<std::size_t>(1, octet_width(absolute.substr(i)));
    ++octets;
  }
  // A final dot has counted as the root's length already.
  return absolute.ends_with('.') ? octets : octets + 1;
}

bool is_identifier(std::string_view name) noexcept {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '-' ||
           c == '_' || c == '.';
  };
  return !name.empty() && name.size() <= kMaxIdentifier && std::ranges::all_of(name, allowed);
}

}  // namespace loadstar::model
