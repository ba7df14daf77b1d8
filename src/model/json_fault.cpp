#include "json_fault.hpp"

#include <cstdint>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "json_scanner.hpp"

namespace loadstar::model::json {
namespace {

constexpr std::size_t kLongestQuote = 40;

// nlohmann's name of what it expected, in the words of an operator.
std::string_view plain_words(std::string_view expected) {
  if (expected == "string literal") return "a key in double quotes";
  if (expected == "end of input") return "nothing more";
  if (expected == "':'") return "\":\"";
  if (expected == "'}'") return "\",\" or \"}\"";
  if (expected == "']'") return "\",\" or \"]\"";
  return "a value";
}

std::string_view between(std::string_view text, std::string_view from, std::string_view to) {
  const std::size_t begin = text.find(from);
  if (begin == std::string_view::npos) return {};
  text.remove_prefix(begin + from.size());
  return text.substr(0, text.find(to));
}

std::string quoted(std::string_view text) {
  if (text.empty()) return "the end of the file";
  if (text.starts_with('"') && text.ends_with('"') && text.size() > 1) {
    text = text.substr(1, text.size() - 2);
  }
  return fmt::format("\"{}\"", text.substr(0, kLongestQuote));
}

// From "[json.exception.parse_error.101] parse error at line 1, column 9: syntax error while
// parsing object key - unexpected '}'; expected string literal", or
// "... - invalid string: ill-formed UTF-8 byte; last read: '"abc'".
std::string reword(std::string_view message, std::string_view token) {
  if (message.find("number overflow") != std::string_view::npos) {
    return fmt::format("{} is too large a number", quoted(token));
  }
  const std::string_view lexical = between(message, " - invalid ", "; last read");
  const bool word = lexical.empty() || lexical == "literal";
  if (!word) return fmt::format("not JSON: invalid {}", lexical);
  const std::string_view expected = between(message, "; expected ", "\n");
  return fmt::format("not JSON: {} where {} is expected", quoted(token), plain_words(expected));
}

/// Takes nlohmann's events, which say what is wrong, and follows them with a Scanner, which knows
/// where that stands.
class FaultFinder {
 public:
  explicit FaultFinder(std::string_view text) : text_(text), scanner_(text) {}

  [[nodiscard]] std::optional<Problem> fault() && { return std::move(fault_); }

  bool null() { return next(); }
  bool boolean(bool /*value*/) { return next(); }
  bool number_integer(std::int64_t /*value*/) { return next(); }
  bool number_unsigned(std::uint64_t /*value*/) { return next(); }
  bool number_float(double /*value*/, const std::string& /*source*/) { return next(); }
  bool string(std::string& /*value*/) { return next(); }
  bool binary(std::vector<std::uint8_t>& /*value*/) { return false; }  // not in JSON text
  bool key(std::string& /*value*/) { return next(); }
  bool start_object(std::size_t /*unknown*/) { return open(); }
  bool end_object() { return close(); }
  bool start_array(std::size_t /*unknown*/) { return open(); }
  bool end_array() { return close(); }

  bool parse_error(std::size_t position, const std::string& /*last_token*/,
                   const nlohmann::detail::exception& problem) {
    const Token token = token_before(position);
    fault_ = {token.begin, words_for(token, problem.what())};
    return false;
  }

 private:
  bool next() {
    last_ = scanner_.next_value();
    return true;
  }

  bool open() {
    next();
    if (depth_++ < kMaxNesting) return true;
    fault_ = {last_.begin, fmt::format("objects and lists nest deeper than {}", kMaxNesting)};
    return false;
  }

  bool close() {
    --depth_;
    return next();
  }

  // The token at which the parser gave up, having read up to `position`.
  Token token_before(std::size_t position) {
    if (position <= last_.end)
      return last_;  // "01" is two numbers to the parser and one token here
    Token token = scanner_.next();
    while (token.kind == TokenKind::Comma || token.kind == TokenKind::Colon) {
      const Token following = scanner_.next();
      if (following.begin >= position) break;
      token = following;
    }
    return token;
  }

  [[nodiscard]] bool is_open_string(const Token& token) const {
    const std::size_t length = token.end - token.begin;
    return token.kind == TokenKind::String && (length < 2 || text_[token.end - 1] != '"');
  }

  [[nodiscard]] std::string words_for(const Token& token, std::string_view message) const {
    const std::string_view source = text_.substr(token.begin, token.end - token.begin);
    if (is_open_string(token)) return "not JSON: the string has no closing quote";
    if (token.begin == last_.begin && token.kind == TokenKind::Scalar) {
      return fmt::format("not JSON: {} is not a number", quoted(source));
    }
    return reword(message, source);
  }

  std::string_view text_;
  Scanner scanner_;
  Token last_;
  std::size_t depth_ = 0;
  std::optional<Problem> fault_;
};

}  // namespace

std::optional<Problem> find_fault(std::string_view text) {
  FaultFinder finder(text);
  nlohmann::json::sax_parse(text.data(), text.data() + text.size(), &finder,
                            nlohmann::json::input_format_t::json, true, true);
  return std::move(finder).fault();
}

}  // namespace loadstar::model::json
