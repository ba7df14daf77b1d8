#pragma once

#include <array>
#include <filesystem>

#include "config_context.hpp"
#include "files.hpp"

namespace loadstar::model {

/// Reads a configuration file by its table, and checks what can only be checked of the whole.
/// Throws base::ConfigError with all that is wrong.
template <class Config, std::size_t Count>
void load_config(const std::filesystem::path& file,
                 const std::array<Field<ConfigContext, Config>, Count>& fields,
                 void (*check)(ConfigContext&, json::Value root, Config&), Config& config) {
  base::Diagnostics diagnostics;
  const auto source = read_file(file, diagnostics);
  if (source == nullptr) throw base::ConfigError(diagnostics.errors());
  const auto document = json::Document::parse(source->text);
  Findings findings(*source);
  for (const json::Problem& problem : document.problems())
    findings.error(problem.offset, problem.message);
  ConfigContext context{Reader(*source, findings), file.parent_path()};
  if (const auto root = document.root(); root && read_object(context, *root, fields, config))
    check(context, *root, config);
  findings.report(diagnostics);
  if (diagnostics.has_errors()) throw base::ConfigError(diagnostics.errors());
}

}  // namespace loadstar::model
