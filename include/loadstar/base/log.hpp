#pragma once

#include <fmt/format.h>
#include <string_view>

namespace loadstar::base {

enum class LogLevel { Debug, Info, Warning, Error };

/// Lines go to standard error; with a timestamp unless the journal adds its own (JOURNAL_STREAM is
/// set). Thread-safe.
void set_log_level(LogLevel least);
void log(LogLevel level, std::string_view message);

template <class... Args>
void log_info(fmt::format_string<Args...> format, Args&&... args) {
  log(LogLevel::Info, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void log_warning(fmt::format_string<Args...> format, Args&&... args) {
  log(LogLevel::Warning, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void log_error(fmt::format_string<Args...> format, Args&&... args) {
  log(LogLevel::Error, fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace loadstar::base
