#include <bit>
#include <fmt/format.h>
#include <functional>
#include <nlohmann/json.hpp>
#include <utility>

#include "loadstar/model/json/document.hpp"

#include "json_scanner.hpp"

namespace loadstar::model::json {
namespace {

constexpr std::size_t kLongestQuote = 40;
constexpr std::size_t kFewKeys = 8;
constexpr std::size_t kBytesPerNode = 16;

/// Finds keys that stand twice in one object.
class KeySet {
 public:
  explicit KeySet(std::size_t count) : slots_(std::bit_ceil(count * 2)) {}

  /// False when it was there.
  bool insert(std::string_view key) {
    std::size_t i = std::hash<std::string_view>{}(key);
    for (;; ++i) {
      std::string_view& slot = slots_[i & (slots_.size() - 1)];
      if (slot.data() == nullptr) {
        slot = key;
        return true;
      }
      if (slot == key) return false;
    }
  }

 private:
  std::vector<std::string_view> slots_;
};

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

}  // namespace

/// Takes nlohmann's events and asks the Scanner where each of them stands.
class Builder {
 public:
  Builder(std::string_view text, Document& document)
      : text_(text), document_(document), scanner_(text) {}

  bool null() { return scalar(Kind::Null); }
  bool boolean(bool /*value*/) { return scalar(Kind::Boolean); }
  bool number_integer(std::int64_t /*value*/) { return scalar(Kind::Number); }
  bool number_unsigned(std::uint64_t /*value*/) { return scalar(Kind::Number); }
  bool number_float(double /*value*/, const std::string& /*source*/) {
    return scalar(Kind::Number);
  }
  bool binary(std::vector<std::uint8_t>& /*value*/) { return false; }  // not in JSON text

  bool string(std::string& value) {
    const Token token = next();
    Node& node = add(Kind::String, token);
    node.text = content(token, value);
    return true;
  }

  bool key(std::string& value) {
    const Token token = next();
    key_ = content(token, value);
    key_offset_ = token.begin;
    return true;
  }

  bool start_object(std::size_t /*unknown*/) { return open(Kind::Object); }
  bool start_array(std::size_t /*unknown*/) { return open(Kind::Array); }

  bool end_object() {
    const std::size_t index = open_.back();
    close();
    find_repeated_keys(Value(&document_.nodes_[index]));
    return true;
  }
  bool end_array() {
    close();
    return true;
  }

  bool parse_error(std::size_t position, const std::string& /*last_token*/,
                   const nlohmann::detail::exception& problem) {
    const Token token = token_before(position);
    document_.problems_.push_back({token.begin, words_for(token, problem.what())});
    return false;
  }

 private:
  Token next() { return last_ = scanner_.next_value(); }

  Node& add(Kind kind, const Token& token) {
    Node& node = document_.nodes_.emplace_back();
    node.kind = kind;
    node.key = std::exchange(key_, {});
    node.key_offset = static_cast<std::uint32_t>(key_offset_);
    node.offset = static_cast<std::uint32_t>(token.begin);
    return node;
  }

  bool scalar(Kind kind) {
    const Token token = next();
    add(kind, token).text = text_.substr(token.begin, token.end - token.begin);
    return true;
  }

  bool open(Kind kind) {
    const Token token = next();
    if (open_.size() == kMaxNesting) {
      document_.problems_.push_back(
          {token.begin, fmt::format("objects and lists nest deeper than {}", kMaxNesting)});
      return false;
    }
    open_.push_back(document_.nodes_.size());
    add(kind, token).size = 0;
    return true;
  }

  void close() {
    next();
    Node& node = document_.nodes_[open_.back()];
    node.size = static_cast<std::uint32_t>(document_.nodes_.size() - open_.back());
    open_.pop_back();
  }

  // An escape is longer than what it stands for, so equal lengths mean that there is none.
  std::string_view content(const Token& token, std::string& value) {
    const std::size_t length = token.end - token.begin - 2;
    if (value.size() == length) return text_.substr(token.begin + 1, length);
    return document_.unescaped_.emplace_back(std::move(value));
  }

  void find_repeated_keys(Value object) {
    const Children members = object.children();
    const std::size_t count = members.count();
    if (count < 2) return;
    if (count <= kFewKeys) return compare_keys(members);
    KeySet keys(count);
    for (const Value member : members) {
      if (!keys.insert(member.key())) report_repeated(member);
    }
  }

  void compare_keys(Children members) {
    for (auto later = members.begin(); later != members.end(); ++later) {
      for (auto earlier = members.begin(); earlier != later; ++earlier) {
        if ((*earlier).key() != (*later).key()) continue;
        report_repeated(*later);
        break;
      }
    }
  }

  void report_repeated(Value member) {
    document_.problems_.push_back(
        {member.key_offset(), fmt::format("\"{}\" is given twice in this object", member.key())});
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
  Document& document_;
  Scanner scanner_;
  Token last_;
  std::vector<std::size_t> open_;  // indices of the nodes around the next one
  std::string_view key_;
  std::size_t key_offset_ = 0;
};

std::optional<Value> Value::member(std::string_view key) const noexcept {
  if (!is_object()) return std::nullopt;
  for (const Value member : children()) {
    if (member.key() == key) return member;
  }
  return std::nullopt;
}

Document Document::parse(std::string_view text) {
  Document document;
  if (text.size() > kMaxFileBytes) {
    document.problems_.push_back(
        {0, fmt::format("the file is larger than {} MiB", kMaxFileBytes / (1024 * 1024))});
    return document;
  }
  // nlohmann's parser takes a NUL for the end of the text and would pass over what follows.
  const std::size_t nul = text.find('\0');
  if (nul != std::string_view::npos) {
    document.problems_.push_back({nul, "not JSON: a byte of value 0"});
    return document;
  }
  // Nearly enough for any file, so that nodes are seldom moved; memory that is not needed is never
  // touched.
  document.nodes_.reserve(text.size() / kBytesPerNode + 1);
  Builder builder(text, document);
  document.complete_ = nlohmann::json::sax_parse(text.data(), text.data() + text.size(), &builder,
                                                 nlohmann::json::input_format_t::json, true, true);
  return document;
}

std::optional<Value> Document::root() const noexcept {
  if (!complete_) return std::nullopt;
  return Value(nodes_.data());
}

std::optional<std::string_view> Document::find_string(std::string_view key) const noexcept {
  if (nodes_.empty() || nodes_.front().kind != Kind::Object) return std::nullopt;
  for (std::size_t i = 1; i < nodes_.size(); i += nodes_[i].size) {
    const Node& node = nodes_[i];
    if (node.kind == Kind::String && node.key == key) return node.text;
    if (node.size == 0) break;
  }
  return std::nullopt;
}

}  // namespace loadstar::model::json
