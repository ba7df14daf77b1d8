// loadstar explain: why a client gets the answer it gets, from a running server or from files.
#include "loadstar/app/explain.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "loadstar/app/edition.hpp"
#include "loadstar/app/publisher.hpp"
#include "loadstar/http/client.hpp"
#include "loadstar/model/dns_config.hpp"

#include "commands.hpp"

namespace loadstar::app {
namespace {

struct ExplainFlags {
  ExplainQuestion question{.name = {}, .type = "A", .client = {}};
  std::string server;
  std::string config;
  std::vector<std::string> zones;
  std::vector<std::string> geoip;
  bool json = false;
};

Sources sources_of(const ExplainFlags& flags) {
  Sources sources;
  if (!flags.config.empty()) {
    const model::DnsConfig config = model::load_dns_config(flags.config);
    sources = {.zones = config.zones, .geoip = config.geoip, .on_all_down = config.on_all_down};
  }
  if (!flags.zones.empty()) sources.zones.assign(flags.zones.begin(), flags.zones.end());
  if (!flags.geoip.empty()) sources.geoip.assign(flags.geoip.begin(), flags.geoip.end());
  return sources;
}

/// Health is not known here: without a verdict, endpoints count as their monitors' "initial" says.
std::string explain_from_files(const ExplainFlags& flags) {
  const auto edition = read_edition(sources_of(flags), nullptr);
  if (edition->diagnostics.has_errors()) throw base::ConfigError(edition->diagnostics.errors());
  health::Consensus health;
  static_cast<void>(health.own().set_targets(targets_of(*edition->snapshot)));
  answer::StateBoard states;
  Publisher(states, health).publish(edition->snapshot);
  auto document = explain(*states.load(), flags.question);
  if (!document) throw base::ConfigError(document.error());
  return std::move(*document);
}

std::string explain_from_server(const ExplainFlags& flags) {
  const ExplainQuestion& question = flags.question;
  using http::percent_encoded;
  return http::ask(flags.server,
                   {.target = fmt::format(
                        "/v1/explain?name={}&type={}&client={}", percent_encoded(question.name),
                        percent_encoded(question.type), percent_encoded(question.client))});
}

void run(const ExplainFlags& flags) {
  const bool from_files = !flags.zones.empty() || !flags.config.empty();
  if (from_files == !flags.server.empty()) {
    throw CLI::ValidationError("explain", "say where from: --server, or --zones, or --config");
  }
  const std::string document = from_files ? explain_from_files(flags) : explain_from_server(flags);
  fmt::print("{}", flags.json ? document : explanation_text(document));
  if (from_files && !flags.json) {
    fmt::print("health is not known from files: endpoints without a verdict count as up\n");
  }
}

}  // namespace

void add_explain_command(CLI::App& program, int& exit_code) {
  auto* command = program.add_subcommand("explain", "Say why a client gets the answer it gets");
  auto flags = std::make_shared<ExplainFlags>();
  command->add_option("NAME", flags->question.name, "The name that is asked for")
      ->required()
      ->type_name("");
  command->add_option("TYPE", flags->question.type, "The record type (default A)")->type_name("");
  command
      ->add_option("--client", flags->question.client,
                   "The client's address, or the subnet that its resolver sends")
      ->required()
      ->type_name("ADDR[/LEN]");
  command
      ->add_option("--server", flags->server,
                   "Ask a running server's control API, such as http://127.0.0.1:8053")
      ->type_name("URL");
  command->add_option("--zones", flags->zones, "Read zones from here, may be repeated")
      ->type_name("PATH")
      ->allow_extra_args(false);
  command->add_option("--geoip", flags->geoip, "Read databases from here, may be repeated")
      ->type_name("PATH")
      ->allow_extra_args(false);
  command->add_option("--config", flags->config, "Read what this configuration of dns names")
      ->type_name("FILE");
  command->add_flag("--json", flags->json, "Print the explanation as JSON");
  command->callback([flags, &exit_code] {
    run(*flags);
    exit_code = 0;
  });
}

}  // namespace loadstar::app
