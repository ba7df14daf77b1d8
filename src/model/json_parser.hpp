#pragma once

#include <cstddef>
#include <string_view>

#include "loadstar/model/json/document.hpp"

namespace loadstar::model::json {

/// Reads a text that holds no byte of value 0 into the nodes of a document, in one pass. It accepts
/// what nlohmann's parser does, and does not say what is wrong with other texts: find_fault() does.
class Parser {
 public:
  Parser(std::string_view text, Document& document) noexcept
      : document_(document), begin_(text.data()), at_(begin_), end_(begin_ + text.size()) {}

  /// False when the text is not JSON or nests too deep; the nodes of what stands before that place
  /// are there all the same.
  [[nodiscard]] bool run();

 private:
  // Each takes what stands next, and returns false when that is not what it should be.
  [[nodiscard]] bool value();
  [[nodiscard]] bool object();
  [[nodiscard]] bool member();
  [[nodiscard]] bool array();
  [[nodiscard]] bool word(std::string_view word, Kind kind);
  [[nodiscard]] bool number();
  [[nodiscard]] bool digits() noexcept;
  [[nodiscard]] bool string(std::string_view& content);
  [[nodiscard]] bool string_with_more(const char* start, std::string_view& content);
  bool take(char wanted) noexcept;

  void skip_blanks() noexcept;
  bool skip_comment() noexcept;
  /// 0 at the end of the text.
  [[nodiscard]] char peek() const noexcept { return at_ == end_ ? '\0' : *at_; }
  [[nodiscard]] std::string_view taken_from(const char* start) const noexcept {
    return {start, at_};
  }
  [[nodiscard]] std::size_t offset_of(const char* place) const noexcept {
    return static_cast<std::size_t>(place - begin_);
  }

  Node& add(Kind kind, const char* start);
  /// Starts an object or a list, which close() wants the index of.
  [[nodiscard]] bool open(Kind kind, std::size_t& index);
  void close(std::size_t index) noexcept;

  Document& document_;
  const char* begin_;
  const char* at_;
  const char* end_;
  std::size_t depth_ = 0;
  std::string_view key_;
  std::size_t key_offset_ = 0;
};

}  // namespace loadstar::model::json
