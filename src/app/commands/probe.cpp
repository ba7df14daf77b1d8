// loadstar probe: a vantage that reports to the DNS nodes.
#include <CLI/CLI.hpp>

#include "loadstar/app/probe_agent.hpp"
#include "loadstar/base/log.hpp"

#include "commands.hpp"
#include "log_level.hpp"

namespace loadstar::app {
namespace {

/// The command line as it was given; what is empty was not.
struct ProbeFlags {
  std::string config;
  std::string name;
  std::vector<std::string> nodes;
  std::string token_file;
  std::string ca_file;
  std::string user;
  base::LogLevel log_level = base::LogLevel::Info;
};

model::ProbeConfig config_of(const ProbeFlags& flags) {
  model::ProbeConfig config;
  if (!flags.config.empty()) config = model::load_probe_config(flags.config);
  if (!flags.name.empty()) config.name = flags.name;
  if (!flags.nodes.empty()) config.nodes = flags.nodes;
  if (!flags.token_file.empty()) config.credentials.token = model::read_token(flags.token_file);
  if (!flags.ca_file.empty()) config.credentials.ca_file = flags.ca_file;
  if (!flags.user.empty()) config.user = flags.user;
  if (config.name.empty())
    throw CLI::ValidationError("--name", "a vantage needs a name, here or as \"name\" in the file");
  if (config.nodes.empty()) {
    throw CLI::ValidationError(
        "--dns-node", "there is nobody to report to; name nodes here or as \"nodes\" in the file");
  }
  return config;
}

void add_options(CLI::App& command, ProbeFlags& flags) {
  command.add_option("--config", flags.config, "Configuration file; flags override it")
      ->type_name("FILE");
  command.add_option("--name", flags.name, "Of this vantage, as the nodes know it")
      ->type_name("NAME");
  command
      .add_option("--dns-node", flags.nodes,
                  "Node to report to, such as https://ns1.example.com:8054; may be repeated")
      ->type_name("URL")
      ->allow_extra_args(false);
  command.add_option("--token-file", flags.token_file, "File with the token to show them")
      ->type_name("FILE");
  command
      .add_option("--ca-file", flags.ca_file, "Roots that vouch for them (default the system's)")
      ->type_name("FILE");
  command
      .add_option("--user", flags.user,
                  "User to become when started as root (default loadstar, else nobody)")
      ->type_name("NAME");
  add_log_level(command, flags.log_level);
}

}  // namespace

void add_probe_command(CLI::App& program, int& exit_code) {
  auto* command = program.add_subcommand("probe", "Probe from here, and report to the DNS nodes");
  auto flags = std::make_shared<ProbeFlags>();
  add_options(*command, *flags);
  command->callback([flags, &exit_code] {
    base::set_log_level(flags->log_level);
    ProbeAgent(config_of(*flags)).run();
    exit_code = 0;
  });
}

}  // namespace loadstar::app
