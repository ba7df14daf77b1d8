// loadstar status: what a running server makes of its endpoints, and who says so.
#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "loadstar/app/status_text.hpp"
#include "loadstar/http/client.hpp"

#include "commands.hpp"

namespace loadstar::app {

void add_status_command(CLI::App& program, int& exit_code) {
  struct StatusFlags {
    std::string server = "http://127.0.0.1:8053";
    bool json = false;
  };
  auto* command =
      program.add_subcommand("status", "Tell the state of every endpoint, real and effective");
  auto flags = std::make_shared<StatusFlags>();
  command
      ->add_option("--server", flags->server,
                   "Control API of the server (default http://127.0.0.1:8053)")
      ->type_name("URL");
  command->add_flag("--json", flags->json, "Print all that the server tells, as JSON");
  command->callback([flags, &exit_code] {
    const std::string document = http::ask(flags->server, {.target = "/v1/status"});
    fmt::print("{}", flags->json ? document : status_text(document));
    exit_code = 0;
  });
}

}  // namespace loadstar::app
