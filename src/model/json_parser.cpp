#include "json_parser.hpp"

#include <array>
#include <cmath>
#include <cstdlib>
#include <utility>

#include "json_blanks.hpp"
#include "json_repeated_keys.hpp"
#include "json_string.hpp"

namespace loadstar::model::json {
namespace {

/// A number of so many characters and without an exponent is none that a double cannot hold.
constexpr std::size_t kSurelyFinite = 300;

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

/// Bytes of a string that stand for themselves and need no closer look.
constexpr auto kPlain = [] {
  std::array<bool, 256> plain{};
  for (std::size_t c = 0x20; c < 0x80; ++c) plain[c] = c != '"' && c != '\\';
  return plain;
}();

bool is_plain(char c) noexcept { return kPlain[static_cast<unsigned char>(c)]; }

bool is_finite(std::string_view number) {
  return std::isfinite(std::strtod(std::string(number).c_str(), nullptr));
}

}  // namespace

bool Parser::run() {
  if (std::string_view(begin_, end_).starts_with(kByteOrderMark)) at_ += kByteOrderMark.size();
  if (!value()) return false;
  skip_blanks();
  return at_ == end_;
}

bool Parser::value() {
  skip_blanks();
  const char* const start = at_;
  switch (peek()) {
    case '{': return object();
    case '[': return array();
    case 't': return word("true", Kind::Boolean);
    case 'f': return word("false", Kind::Boolean);
    case 'n': return word("null", Kind::Null);
    case '"': {
      std::string_view content;
      if (!string(content)) return false;
      add(Kind::String, start).text = content;
      return true;
    }
    default: return number();
  }
}

bool Parser::object() {
  std::size_t index = 0;
  if (!open(Kind::Object, index)) return false;
  std::size_t members = 0;
  skip_blanks();
  if (!take('}')) {
    do {
      if (!member()) return false;
      ++members;
      skip_blanks();
    } while (take(','));
    if (!take('}')) return false;
  }
  close(index);
  find_repeated_keys(std::span(document_.nodes_).subspan(index), members, document_.problems_);
  return true;
}

bool Parser::member() {
  skip_blanks();
  std::string_view key;
  key_offset_ = offset_of(at_);
  if (!string(key)) return false;
  key_ = key;
  skip_blanks();
  return take(':') && value();
}

bool Parser::array() {
  std::size_t index = 0;
  if (!open(Kind::Array, index)) return false;
  skip_blanks();
  if (!take(']')) {
    do {
      if (!value()) return false;
      skip_blanks();
    } while (take(','));
    if (!take(']')) return false;
  }
  close(index);
  return true;
}

bool Parser::word(std::string_view word, Kind kind) {
  const char* const start = at_;
  if (!std::string_view(at_, end_).starts_with(word)) return false;
  at_ += word.size();
  add(kind, start).text = taken_from(start);
  return true;
}

bool Parser::number() {
  const char* const start = at_;
  take('-');
  if (!take('0') && !digits()) return false;
  if (take('.') && !digits()) return false;
  const bool scaled = take('e') || take('E');
  if (scaled) {
    if (!take('+')) take('-');
    if (!digits()) return false;
  }
  const std::string_view text = taken_from(start);
  if ((scaled || text.size() > kSurelyFinite) && !is_finite(text)) return false;
  add(Kind::Number, start).text = text;
  return true;
}

bool Parser::digits() noexcept {
  const char* const start = at_;
  while (is_digit(peek())) ++at_;
  return at_ != start;
}

bool Parser::string(std::string_view& content) {
  if (!take('"')) return false;
  const char* const start = at_;
  while (at_ != end_ && is_plain(*at_)) ++at_;
  content = taken_from(start);
  return take('"') || string_with_more(start, content);
}

bool Parser::string_with_more(const char* start, std::string_view& content) {
  while (at_ != end_ && *at_ != '"') {
    if (*at_++ == '\\' && at_ != end_) ++at_;
  }
  const std::string_view raw = taken_from(start);
  if (!take('"')) return false;
  auto text = unescaped(raw);
  if (!text) return false;
  content = raw;
  if (text->size() != raw.size()) content = document_.unescaped_->emplace_back(*std::move(text));
  return true;
}

bool Parser::take(char wanted) noexcept {
  if (peek() != wanted) return false;
  ++at_;
  return true;
}

void Parser::skip_blanks() noexcept {
  for (;;) {
    while (is_blank(peek())) ++at_;
    if (peek() != '/' || !skip_comment()) return;
  }
}

bool Parser::skip_comment() noexcept {
  const std::size_t length = comment_length({at_, end_});
  if (length == 0 || length == std::string_view::npos) return false;
  at_ += length;
  return true;
}

Node& Parser::add(Kind kind, const char* start) {
  Node& node = document_.nodes_.emplace_back();
  node.kind = kind;
  node.key = std::exchange(key_, {});
  node.key_offset = static_cast<std::uint32_t>(key_offset_);
  node.offset = static_cast<std::uint32_t>(offset_of(start));
  return node;
}

bool Parser::open(Kind kind, std::size_t& index) {
  if (depth_ == kMaxNesting) return false;
  ++depth_;
  index = document_.nodes_.size();
  add(kind, at_++).size = 0;
  return true;
}

void Parser::close(std::size_t index) noexcept {
  document_.nodes_[index].size = static_cast<std::uint32_t>(document_.nodes_.size() - index);
  --depth_;
}

}  // namespace loadstar::model::json
