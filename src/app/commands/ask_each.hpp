#pragma once

#include <fmt/format.h>
#include <functional>
#include <string>
#include <vector>

#include "loadstar/base/diagnostic.hpp"

namespace loadstar::app {

/// Asks every server, also when one fails; then throws what all of them said.
inline void ask_each(const std::vector<std::string>& servers,
                     const std::function<void(const std::string& server)>& ask) {
  std::vector<base::Diagnostic> failures;
  for (const std::string& server : servers) {
    try {
      ask(server);
    } catch (const base::ConfigError& error) {
      for (base::Diagnostic one : error.diagnostics()) {
        one.message = fmt::format("{}: {}", server, one.message);
        failures.push_back(std::move(one));
      }
    }
  }
  if (!failures.empty()) throw base::ConfigError(std::move(failures));
}

}  // namespace loadstar::app
