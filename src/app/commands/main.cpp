#include <CLI/CLI.hpp>
#include <cctype>
#include <cstdio>
#include <exception>
#include <fmt/format.h>

#include "loadstar/app/version.hpp"
#include "loadstar/base/diagnostic.hpp"

#include "commands.hpp"

namespace {

constexpr int kFailed = 1;
constexpr int kWrongCommandLine = 2;

int parse_and_run(int argc, char** argv) {
  CLI::App program{
      "Global server load balancer: an authoritative DNS server that answers with the nearest "
      "healthy region."};
  program.name("loadstar");
  program.set_version_flag("--version", fmt::format("loadstar {}", loadstar::app::kVersion));
  program.set_help_all_flag("--help-all", "Print the help of all commands");
  program.require_subcommand(1);
  program.footer("`loadstar COMMAND --help` tells more about a command.");
  int exit_code = kFailed;
  loadstar::app::add_dns_command(program, exit_code);
  loadstar::app::add_check_command(program, exit_code);
  loadstar::app::add_explain_command(program, exit_code);
  loadstar::app::add_acme_command(program, exit_code);
  loadstar::app::add_probe_command(program, exit_code);
  loadstar::app::add_override_commands(program, exit_code);
  loadstar::app::add_status_command(program, exit_code);
  try {
    program.parse(argc, argv);
  } catch (const CLI::Success& request) {
    return program.exit(request);  // help and version
  }
  return exit_code;
}

/// One line in our own manner: lower case, on one line.
std::string tidy(std::string text) {
  std::ranges::replace(text, '\n', ' ');
  if (!text.empty()) text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
  return text;
}

/// LOADSTAR_ARCH, when it is the one that packages are built for: without a word the program would
/// end at some instruction or other.
bool is_processor_known() noexcept {
#if defined(__x86_64__) && defined(__SSE4_2__)
  return __builtin_cpu_supports("sse4.2") && __builtin_cpu_supports("popcnt");
#else
  return true;
#endif
}

void print(const loadstar::base::ConfigError& error) {
  for (const auto& one : error.diagnostics()) {
    fmt::print(stderr, "{}{}\n", one.file.empty() ? "loadstar: " : "", one.to_string());
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (!is_processor_known()) {
    std::fputs(
        "loadstar: built for x86-64-v2 processors (SSE 4.2, POPCNT), which this one is not\n",
        stderr);
    return kFailed;
  }
  try {
    return parse_and_run(argc, argv);
  } catch (const CLI::Error& error) {
    fmt::print(stderr, "loadstar: {}; see loadstar --help\n", tidy(error.what()));
    return kWrongCommandLine;
  } catch (const loadstar::base::ConfigError& error) {
    print(error);
  } catch (const std::exception& error) {
    fmt::print(stderr, "loadstar: {}\n", error.what());
  } catch (...) {
    fmt::print(stderr, "loadstar: something failed that gave no reason\n");
  }
  return kFailed;
}
