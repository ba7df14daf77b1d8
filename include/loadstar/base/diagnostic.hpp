#pragma once
// What is said about an operator's mistake, and where it stands. Files are kept as SourceFile; a
// value remembers only a Where (file and offset, 16 bytes), and line, column and path are worked
// out when there is something to say.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace loadstar::base {

/// A configuration file as it was read. Immutable and shared by everything that was made from it.
struct SourceFile {
  /// Names the value at an offset, for example `pools.web-fra.endpoints[0].a`; "" when the format
  /// has no paths.
  using PathAt = std::string (*)(std::string_view text, std::size_t offset);

  std::string name;  ///< as the operator wrote it, for messages
  std::string text;
  PathAt path_at = nullptr;
  std::int64_t modified = 0;  ///< seconds since 1970; 0 for a text that is in no file
};

/// A place in a file. Default-constructed it means "no file" (command line, generated values).
/// Valid while the file lives.
struct Where {
  const SourceFile* file = nullptr;
  std::size_t offset = 0;  ///< bytes from the start
};

/// One mistake, in words for the operator: lower case, no full stop, the offending value quoted,
/// what would be right.
struct Diagnostic {
  std::string file;
  std::uint32_t line = 0;    ///< from 1; 0 = the file as a whole
  std::uint32_t column = 0;  ///< from 1, in bytes
  std::string path;          ///< JSON path, or ""
  std::string message;

  /// `file:line:column: path: message`, without the parts that are empty.
  [[nodiscard]] std::string to_string() const;

  friend bool operator==(const Diagnostic&, const Diagnostic&) = default;
  friend auto operator<=>(const Diagnostic&, const Diagnostic&) = default;
};

/// Collects every mistake of a load, so that all are reported at once. Errors make a load fail;
/// warnings do not.
class Diagnostics {
 public:
  void error(const Where& where, std::string message);
  void warning(const Where& where, std::string message);
  /// For a file that could not be read at all, or a place that is known by line only.
  void error(Diagnostic diagnostic);

  [[nodiscard]] bool has_errors() const noexcept { return !errors_.empty(); }
  /// In the order of file, line and column, without repetitions.
  [[nodiscard]] std::vector<Diagnostic> errors() const;
  [[nodiscard]] std::vector<Diagnostic> warnings() const;
  void append(const Diagnostics& other);

 private:
  std::vector<Diagnostic> errors_;
  std::vector<Diagnostic> warnings_;
};

/// Line and column (from 1) of an offset.
[[nodiscard]] Diagnostic locate(const Where& where, std::string message);

/// A configuration that cannot be used: everything that is wrong with it. Caught in `app` and in
/// the reloader only.
class ConfigError : public std::runtime_error {
 public:
  explicit ConfigError(std::vector<Diagnostic> diagnostics);
  explicit ConfigError(std::string message);
  [[nodiscard]] const std::vector<Diagnostic>& diagnostics() const noexcept { return diagnostics_; }

 private:
  std::vector<Diagnostic> diagnostics_;
};

}  // namespace loadstar::base
