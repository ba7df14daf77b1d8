#pragma once

#include <CLI/CLI.hpp>
#include <map>
#include <string>

#include "loadstar/base/log.hpp"

namespace loadstar::app {

/// Adds --log-level, which sets `level`.
inline void add_log_level(CLI::App& command, base::LogLevel& level) {
  const std::map<std::string, base::LogLevel> levels{{"debug", base::LogLevel::Debug},
                                                     {"info", base::LogLevel::Info},
                                                     {"warning", base::LogLevel::Warning},
                                                     {"error", base::LogLevel::Error}};
  command.add_option("--log-level", level, "debug, info (default), warning or error")
      ->type_name("LEVEL")
      ->transform(CLI::CheckedTransformer(levels).description(""));
}

}  // namespace loadstar::app
