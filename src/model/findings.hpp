#pragma once

#include <compare>
#include <cstddef>
#include <string>
#include <vector>

#include "loadstar/base/diagnostic.hpp"

namespace loadstar::model {

/// Errors and warnings that are reported of one file at most; a mistake in a generated file can be
/// in every line.
inline constexpr std::size_t kMaxFindings = 1000;

/// What is wrong in one file, collected by offset; lines and paths are worked out at the end, in
/// one pass over the text.
class Findings {
 public:
  explicit Findings(const base::SourceFile& file) : file_(&file) {}

  void error(std::size_t offset, std::string message);
  void warning(std::size_t offset, std::string message);
  [[nodiscard]] bool has_errors() const noexcept { return !errors_.empty(); }
  [[nodiscard]] std::size_t error_count() const noexcept { return errors_.size(); }

  /// Hands everything on, with line, column and path.
  void report(base::Diagnostics& diagnostics);

 private:
  struct Finding {
    std::size_t offset = 0;
    std::string message;
    friend auto operator<=>(const Finding&, const Finding&) = default;
  };

  const base::SourceFile* file_;
  std::vector<Finding> errors_;
  std::vector<Finding> warnings_;
};

}  // namespace loadstar::model
