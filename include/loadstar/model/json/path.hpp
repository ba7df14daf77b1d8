#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace loadstar::model::json {

/// Line, column and JSON path of offsets that rise: one pass over the text for any number of them.
class Locator {
 public:
  explicit Locator(std::string_view text) noexcept : text_(text) {}

  /// Goes on to `offset`, which must not be before the last one.
  void advance(std::size_t offset);

  [[nodiscard]] std::uint32_t line() const noexcept { return line_; }
  /// From 1, in bytes.
  [[nodiscard]] std::uint32_t column() const noexcept;
  /// `pools.web-fra.endpoints[0].a`; "" for the outermost value. Keys with other characters than
  /// letters, digits, "-", "_",
  /// "@" and "*" stand in quotes.
  [[nodiscard]] std::string path() const;

 private:
  struct Level {
    bool is_list = false;
    bool expects_key = false;
    std::size_t index = 0;
    std::string_view key;  // raw, between its quotes; null before it
  };

  void take(std::size_t token_begin, std::size_t token_end);
  void count_lines(std::size_t offset);

  std::string_view text_;
  std::size_t scanned_ = 0;     // where the next token is looked for
  std::size_t counted_ = 0;     // up to where line breaks are counted
  std::size_t line_start_ = 0;  // offset of the first byte of the line
  std::uint32_t line_ = 1;
  std::vector<Level> levels_;
};

/// The path of the value or key at an offset; for base::SourceFile::path_at.
[[nodiscard]] std::string path_at(std::string_view text, std::size_t offset);

}  // namespace loadstar::model::json
