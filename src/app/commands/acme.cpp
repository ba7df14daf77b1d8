// loadstar acme: publishes the token of an ACME DNS-01 challenge on every node.
#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "loadstar/http/client.hpp"

#include "ask_each.hpp"
#include "commands.hpp"

namespace loadstar::app {
namespace {

struct AcmeFlags {
  std::string name;
  std::string token;
  std::vector<std::string> servers{"http://127.0.0.1:8053"};
  std::string ttl;
  std::string expires;
  bool remove = false;
};

std::string target_of(const AcmeFlags& flags) {
  using http::percent_encoded;
  return fmt::format("/v1/acme{}?name={}&token={}&ttl={}&expires={}", flags.remove ? "/remove" : "",
                     percent_encoded(flags.name), percent_encoded(flags.token),
                     percent_encoded(flags.ttl), percent_encoded(flags.expires));
}

void run(const AcmeFlags& flags) {
  const std::string target = target_of(flags);
  ask_each(flags.servers, [&](const std::string& server) {
    static_cast<void>(http::ask(server, {.method = "POST", .target = target}));
  });
}

}  // namespace

void add_acme_command(CLI::App& program, int& exit_code) {
  auto* command =
      program.add_subcommand("acme", "Publish the token of an ACME DNS-01 challenge on all nodes");
  auto flags = std::make_shared<AcmeFlags>();
  command->add_option("NAME", flags->name, "The domain that the certificate is for")
      ->required()
      ->type_name("");
  command->add_option("TOKEN", flags->token, "What the TXT record holds")
      ->required()
      ->type_name("");
  command
      ->add_option("--server", flags->servers,
                   "Control API of a node, may be repeated (default http://127.0.0.1:8053)")
      ->type_name("URL")
      ->allow_extra_args(false);
  command->add_option("--ttl", flags->ttl, "TTL of the record (default 10)")->type_name("SECONDS");
  command->add_option("--expires", flags->expires, "When it goes by itself (default 1h)")
      ->type_name("DURATION");
  command->add_flag("--remove", flags->remove, "Take the token away again");
  command->callback([flags, &exit_code] {
    run(*flags);
    exit_code = 0;
  });
}

}  // namespace loadstar::app
