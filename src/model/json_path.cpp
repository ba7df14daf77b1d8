#include <algorithm>
#include <fmt/format.h>

#include "loadstar/model/json/path.hpp"

#include "json_scanner.hpp"

namespace loadstar::model::json {
namespace {

bool is_plain(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_' || c == '@' || c == '*' || c == '$';
}

void append_key(std::string& path, std::string_view key) {
  if (!path.empty()) path += '.';
  const bool plain = !key.empty() && std::ranges::all_of(key, is_plain);
  path += plain ? std::string(key) : fmt::format("\"{}\"", key);
}

}  // namespace

void Locator::advance(std::size_t offset) {
  count_lines(std::min(offset, text_.size()));
  Scanner scanner(text_, scanned_);
  for (Token token = scanner.next(); token.kind != TokenKind::End && token.begin <= offset;
       token = scanner.next()) {
    // The bracket that opens the value asked for belongs to its inside, where a later offset may
    // be.
    if (token.begin == offset && token.kind != TokenKind::String) return;
    take(token.begin, token.end);
    scanned_ = token.end;
  }
}

std::uint32_t Locator::column() const noexcept {
  return static_cast<std::uint32_t>(counted_ - line_start_ + 1);
}

std::string Locator::path() const {
  std::string path;
  for (const Level& level : levels_) {
    if (level.is_list)
      path += fmt::format("[{}]", level.index);
    else if (level.key.data() != nullptr)
      append_key(path, level.key);
  }
  return path;
}

void Locator::take(std::size_t token_begin, std::size_t token_end) {
  const char first = text_[token_begin];
  const bool inside = !levels_.empty();
  if (first == '{' || first == '[') {
    const bool is_list = first == '[';
    return levels_.push_back({is_list, !is_list, 0, {}});
  }
  if (!inside) return;
  if (first == '}' || first == ']') return levels_.pop_back();

  Level& level = levels_.back();
  if (first == ',' && level.is_list) ++level.index;
  if (first == ',' && !level.is_list) level = {false, true, 0, {}};
  if (first == ':') level.expects_key = false;
  if (first != '"' || !level.expects_key) return;
  const std::size_t length = token_end - token_begin;
  level.key = text_.substr(token_begin + 1, length < 2 ? 0 : length - 2);
}

void Locator::count_lines(std::size_t offset) {
  while (true) {
    const std::size_t end = text_.find('\n', counted_);
    if (end >= offset) break;
    counted_ = line_start_ = end + 1;
    ++line_;
  }
  counted_ = std::max(counted_, offset);
}

std::string path_at(std::string_view text, std::size_t offset) {
  Locator locator(text);
  locator.advance(offset);
  return locator.path();
}

}  // namespace loadstar::model::json
