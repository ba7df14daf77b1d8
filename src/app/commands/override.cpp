// loadstar drain, down, up, auto, undrain: an operator's word on regions, pools and endpoints.
#include <CLI/CLI.hpp>
#include <array>
#include <cstdlib>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "loadstar/base/diagnostic.hpp"
#include "loadstar/http/client.hpp"

#include "ask_each.hpp"
#include "commands.hpp"

namespace loadstar::app {
namespace {

struct OverrideFlags {
  std::string target;
  std::vector<std::string> servers{"http://127.0.0.1:8053"};
  std::string life;
  std::string over;
  std::string why;
  std::string author;
  bool force = false;
};

/// Who sits there, as far as the system tells.
std::string author_of(const OverrideFlags& flags) {
  if (!flags.author.empty()) return flags.author;
  for (const char* const name : {"SUDO_USER", "USER", "LOGNAME"}) {
    const char* const value = std::getenv(name);
    if (value != nullptr && *value != '\0') return value;
  }
  throw CLI::ValidationError("--author", "say who you are: USER is not set");
}

std::string target_of(std::string_view state, const OverrideFlags& flags) {
  using http::percent_encoded;
  return fmt::format("/v1/overrides?target={}&state={}&for={}&over={}&why={}&author={}{}",
                     percent_encoded(flags.target), state, percent_encoded(flags.life),
                     percent_encoded(flags.over), percent_encoded(flags.why),
                     percent_encoded(author_of(flags)), flags.force ? "&force=1" : "");
}

void set(std::string_view state, const OverrideFlags& flags) {
  const std::string target = target_of(state, flags);
  ask_each(flags.servers, [&](const std::string& server) {
    const auto receipt = nlohmann::json::parse(
        http::ask(server, {.method = "POST", .target = target}), nullptr, false);
    if (!receipt.is_object()) throw base::ConfigError("this is not the control API of loadstar");
    fmt::print("{}: {} {} until {}: {} endpoints\n", server, receipt.value("state", ""),
               receipt.value("target", ""), receipt.value("until", ""),
               receipt.value("endpoints", 0));
  });
}

void remove(const OverrideFlags& flags) {
  const std::string target = target_of("", flags);
  ask_each(flags.servers, [&](const std::string& server) {
    static_cast<void>(http::ask(server, {.method = "DELETE", .target = target}));
    fmt::print("{}: {} is not overridden any more\n", server, flags.target);
  });
}

void add_common(CLI::App& command, OverrideFlags& flags) {
  command
      .add_option("TARGET", flags.target,
                  "region:NAME, pool:NAME or endpoint:POOL/ID; names may hold * and ?")
      ->required()
      ->type_name("");
  command
      .add_option("--server", flags.servers,
                  "Control API of a node, may be repeated (default http://127.0.0.1:8053)")
      ->type_name("URL")
      ->allow_extra_args(false);
  command.add_option("--author", flags.author, "Who does it (default SUDO_USER or USER)")
      ->type_name("NAME");
}

struct StateCommand {
  const char* word;
  const char* help;
};

constexpr std::array kStateCommands{
    StateCommand{"drain", "Give endpoints no new clients; they do not count as failed"},
    StateCommand{"down", "Take endpoints down, whatever their monitors find"},
    StateCommand{"up", "Hold endpoints up, whatever their monitors find"},
    StateCommand{"auto", "Let monitors decide, whatever zone files and maintenance windows say"},
};

void add_state_command(CLI::App& program, int& exit_code, const StateCommand& which) {
  auto* command = program.add_subcommand(which.word, which.help);
  auto flags = std::make_shared<OverrideFlags>();
  add_common(*command, *flags);
  command->add_option("--for", flags->life, "When it ends by itself (default 1h, at most 7d)")
      ->type_name("DURATION");
  command->add_option("--why", flags->why, "The reason, for those who find it")
      ->required()
      ->type_name("TEXT");
  command->add_flag("--force", flags->force, "Also against a guard");
  if (std::string_view(which.word) == "drain") {
    command->add_option("--over", flags->over, "Take the clients away within this time, by and by")
        ->type_name("DURATION");
  }
  command->callback([flags, which, &exit_code] {
    set(which.word, *flags);
    exit_code = 0;
  });
}

}  // namespace

void add_override_commands(CLI::App& program, int& exit_code) {
  for (const StateCommand& which : kStateCommands) add_state_command(program, exit_code, which);
  auto* command =
      program.add_subcommand("undrain", "Take the override of TARGET away, whichever it is");
  auto flags = std::make_shared<OverrideFlags>();
  add_common(*command, *flags);
  command->callback([flags, &exit_code] {
    remove(*flags);
    exit_code = 0;
  });
}

}  // namespace loadstar::app
