// loadstar check: every mistake in zone files and configuration, before a server meets them.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "loadstar/app/edition.hpp"
#include "loadstar/model/dns_config.hpp"

#include "commands.hpp"

namespace loadstar::app {
namespace {

constexpr const char* kDefaultFolder = "zones";

enum class Format : std::uint8_t { Text, Json };

struct CheckFlags {
  std::vector<std::string> paths;
  std::vector<std::string> geoip;
  std::string config;
  bool json = false;
};

Sources sources_of(const CheckFlags& flags) {
  Sources sources;
  if (!flags.config.empty()) {
    const model::DnsConfig config = model::load_dns_config(flags.config);
    sources = {.zones = config.zones, .geoip = config.geoip, .on_all_down = config.on_all_down};
  }
  sources.zones.insert(sources.zones.end(), flags.paths.begin(), flags.paths.end());
  sources.geoip.insert(sources.geoip.end(), flags.geoip.begin(), flags.geoip.end());
  if (sources.zones.empty()) sources.zones.emplace_back(kDefaultFolder);
  return sources;
}

void print_text(const std::vector<base::Diagnostic>& errors,
                const std::vector<base::Diagnostic>& warnings) {
  for (const base::Diagnostic& one : errors) fmt::print("{}\n", one.to_string());
  for (const base::Diagnostic& one : warnings) fmt::print("warning: {}\n", one.to_string());
}

void add_json(nlohmann::ordered_json& list, const char* severity,
              const std::vector<base::Diagnostic>& diagnostics) {
  for (const base::Diagnostic& one : diagnostics) {
    list.push_back({{"severity", severity},
                    {"file", one.file},
                    {"line", one.line},
                    {"column", one.column},
                    {"path", one.path},
                    {"message", one.message}});
  }
}

void print_json(const std::vector<base::Diagnostic>& errors,
                const std::vector<base::Diagnostic>& warnings) {
  auto list = nlohmann::ordered_json::array();
  add_json(list, "error", errors);
  add_json(list, "warning", warnings);
  fmt::print("{}\n", list.dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
}

void print(Format format, const std::vector<base::Diagnostic>& errors,
           const std::vector<base::Diagnostic>& warnings) {
  switch (format) {
    case Format::Text: return print_text(errors, warnings);
    case Format::Json: return print_json(errors, warnings);
  }
}

void summarize(const Edition& edition, std::size_t errors, std::size_t warnings) {
  fmt::print(stderr, "{} zone{} checked, {} error{}, {} warning{}\n", edition.zones.size(),
             edition.zones.size() == 1 ? "" : "s", errors, errors == 1 ? "" : "s", warnings,
             warnings == 1 ? "" : "s");
}

int check(const CheckFlags& flags) {
  const Format format = flags.json ? Format::Json : Format::Text;
  try {
    const auto edition = read_edition(sources_of(flags), nullptr);
    const auto errors = edition->diagnostics.errors();
    const auto warnings = edition->diagnostics.warnings();
    print(format, errors, warnings);
    summarize(*edition, errors.size(), warnings.size());
    return errors.empty() ? 0 : 1;
  } catch (const base::ConfigError& error) {
    print(format, error.diagnostics(), {});
    return 1;
  }
}

}  // namespace

void add_check_command(CLI::App& program, int& exit_code) {
  auto* command =
      program.add_subcommand("check", "Check zone files and name every mistake in them");
  auto flags = std::make_shared<CheckFlags>();
  command->add_option("PATH", flags->paths, "Zone files or directories of them (default zones)")
      ->type_name("");
  command->add_option("--config", flags->config, "Check this configuration file and its zones")
      ->type_name("FILE");
  command->add_option("--geoip", flags->geoip, "Check this database, too, may be repeated")
      ->type_name("PATH")
      ->allow_extra_args(false);
  command->add_flag("--json", flags->json, "Print the mistakes as JSON");
  command->callback([flags, &exit_code] { exit_code = check(*flags); });
}

}  // namespace loadstar::app
