#include "json_scanner.hpp"

#include <algorithm>

#include "json_blanks.hpp"

namespace loadstar::model::json {
namespace {

constexpr std::string_view kEndsScalar = " \t\r\n,:{}[]\"/";

TokenKind kind_of(char first) noexcept {
  switch (first) {
    case '{': return TokenKind::ObjectStart;
    case '}': return TokenKind::ObjectEnd;
    case '[': return TokenKind::ArrayStart;
    case ']': return TokenKind::ArrayEnd;
    case ':': return TokenKind::Colon;
    case ',': return TokenKind::Comma;
    case '"': return TokenKind::String;
    default: return TokenKind::Scalar;
  }
}

}  // namespace

Token Scanner::next() noexcept {
  skip_blanks();
  const std::size_t begin = at_;
  if (begin >= text_.size()) return {TokenKind::End, begin, begin};
  const TokenKind kind = kind_of(text_[begin]);
  at_ = begin + 1;
  if (kind == TokenKind::String) at_ = end_of_string();
  if (kind == TokenKind::Scalar) at_ = end_of_scalar();
  return {kind, begin, at_};
}

Token Scanner::next_value() noexcept {
  Token token = next();
  while (token.kind == TokenKind::Comma || token.kind == TokenKind::Colon) token = next();
  return token;
}

void Scanner::skip_blanks() noexcept {
  if (at_ == 0 && text_.starts_with(kByteOrderMark)) at_ = kByteOrderMark.size();
  while (at_ < text_.size()) {
    if (is_blank(text_[at_]))
      ++at_;
    else if (text_[at_] != '/' || !skip_comment())
      return;
  }
}

// A comment that is not closed goes on to the end. A "/" that opens none is a token.
bool Scanner::skip_comment() noexcept {
  const std::string_view rest = text_.substr(at_);
  const std::size_t length = comment_length(rest);
  at_ += std::min(length, rest.size());
  return length != 0;
}

// Behind the closing quote; a string that is not closed ends with its line.
std::size_t Scanner::end_of_string() const noexcept {
  std::size_t i = at_;
  for (; i < text_.size(); ++i) {
    const char c = text_[i];
    if (c == '"') return i + 1;
    if (c == '\n') return i;
    if (c == '\\') ++i;
  }
  return std::min(i, text_.size());
}

std::size_t Scanner::end_of_scalar() const noexcept {
  return std::min(text_.find_first_of(kEndsScalar, at_), text_.size());
}

}  // namespace loadstar::model::json
