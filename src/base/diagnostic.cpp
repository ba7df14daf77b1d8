#include "loadstar/base/diagnostic.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace loadstar::base {
namespace {

std::vector<Diagnostic> sorted(std::vector<Diagnostic> list) {
  std::ranges::sort(list);
  const auto repeated = std::ranges::unique(list);
  list.erase(repeated.begin(), repeated.end());
  return list;
}

std::string joined(const std::vector<Diagnostic>& list) {
  std::string text;
  for (const Diagnostic& diagnostic : list) {
    if (!text.empty()) text += '\n';
    text += diagnostic.to_string();
  }
  return text;
}

}  // namespace

std::string Diagnostic::to_string() const {
  std::string text = file;
  if (line != 0) text += fmt::format(":{}:{}", line, column);
  if (!text.empty()) text += ": ";
  if (!path.empty()) text += path + ": ";
  return text + message;
}

Diagnostic locate(const Where& where, std::string message) {
  if (where.file == nullptr) return {{}, 0, 0, {}, std::move(message)};
  const std::string_view text = where.file->text;
  const std::string_view before = text.substr(0, std::min(where.offset, text.size()));
  const auto line = static_cast<std::uint32_t>(std::ranges::count(before, '\n') + 1);
  const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0: the first line
  const auto column = static_cast<std::uint32_t>(before.size() - line_start + 1);
  std::string path =
      where.file->path_at == nullptr ? std::string{} : where.file->path_at(text, where.offset);
  return {where.file->name, line, column, std::move(path), std::move(message)};
}

void Diagnostics::error(const Where& where, std::string message) {
  errors_.push_back(locate(where, std::move(message)));
}

void Diagnostics::warning(const Where& where, std::string message) {
  warnings_.push_back(locate(where, std::move(message)));
}

void Diagnostics::error(Diagnostic diagnostic) { errors_.push_back(std::move(diagnostic)); }

std::vector<Diagnostic> Diagnostics::errors() const { return sorted(errors_); }

std::vector<Diagnostic> Diagnostics::warnings() const { return sorted(warnings_); }

void Diagnostics::append(const Diagnostics& other) {
  errors_.insert(errors_.end(), other.errors_.begin(), other.errors_.end());
  warnings_.insert(warnings_.end(), other.warnings_.begin(), other.warnings_.end());
}

ConfigError::ConfigError(std::vector<Diagnostic> diagnostics)
    : std::runtime_error(joined(diagnostics)), diagnostics_(std::move(diagnostics)) {}

ConfigError::ConfigError(std::string message)
    : ConfigError(std::vector<Diagnostic>{{{}, 0, 0, {}, std::move(message)}}) {}

}  // namespace loadstar::base
