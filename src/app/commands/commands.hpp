#pragma once

#include <CLI/App.hpp>

namespace loadstar::app {

// Each adds one subcommand, which sets the program's exit code when it is the one that is called.
// What goes wrong is thrown: CLI::Error for a wrong command line, base::ConfigError and
// std::exception for the rest.

void add_dns_command(CLI::App& program, int& exit_code);
void add_check_command(CLI::App& program, int& exit_code);
void add_explain_command(CLI::App& program, int& exit_code);
void add_acme_command(CLI::App& program, int& exit_code);
void add_probe_command(CLI::App& program, int& exit_code);
/// drain, down, up, auto and undrain.
void add_override_commands(CLI::App& program, int& exit_code);
void add_status_command(CLI::App& program, int& exit_code);

}  // namespace loadstar::app
