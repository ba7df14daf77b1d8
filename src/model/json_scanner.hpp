#pragma once

#include <cstdint>
#include <string_view>

namespace loadstar::model::json {

enum class TokenKind : std::uint8_t {
  End,
  ObjectStart,
  ObjectEnd,
  ArrayStart,
  ArrayEnd,
  Colon,
  Comma,
  String,
  Scalar,  ///< anything else: numbers, words, and what is not JSON at all
};

struct Token {
  TokenKind kind = TokenKind::End;
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// Cuts a text into tokens without judging them: where they start is what nlohmann's parser does
/// not tell. Of a text that the parser accepts, the tokens are the same.
class Scanner {
 public:
  explicit Scanner(std::string_view text, std::size_t offset = 0) noexcept
      : text_(text), at_(offset) {}

  /// End again and again once the text is used up.
  [[nodiscard]] Token next() noexcept;
  /// Leaves out commas and colons.
  [[nodiscard]] Token next_value() noexcept;
  /// Where the last token ended.
  [[nodiscard]] std::size_t position() const noexcept { return at_; }

 private:
  void skip_blanks() noexcept;
  bool skip_comment() noexcept;
  [[nodiscard]] std::size_t end_of_string() const noexcept;
  [[nodiscard]] std::size_t end_of_scalar() const noexcept;

  std::string_view text_;
  std::size_t at_;
};

}  // namespace loadstar::model::json
