// loadstar dns: the authoritative server.
#include <CLI/CLI.hpp>
#include <sys/resource.h>

#include "loadstar/app/dns_server.hpp"
#include "loadstar/base/log.hpp"

#include "commands.hpp"
#include "log_level.hpp"

namespace loadstar::app {
namespace {

constexpr std::uint16_t kDnsPort = 53;
constexpr std::uint16_t kControlPort = 8053;

/// The command line as it was given; what is empty was not.
struct DnsFlags {
  std::string config;
  std::vector<std::string> listen;
  std::vector<std::string> zones;
  std::vector<std::string> geoip;
  std::vector<std::string> xdp;
  std::uint32_t workers = 0;
  std::string identity;
  std::string control;
  std::string user;
  base::LogLevel log_level = base::LogLevel::Info;
};

base::Endpoint parse_endpoint(const char* flag, const std::string& text, std::uint16_t port) {
  const auto endpoint = base::Endpoint::parse(text, port);
  if (!endpoint) throw CLI::ValidationError(flag, endpoint.error());
  return *endpoint;
}

model::XdpConfig parse_xdp(const std::string& text) {
  auto xdp = model::XdpConfig::parse(text);
  if (!xdp) throw CLI::ValidationError("--xdp", xdp.error());
  return *std::move(xdp);
}

model::DnsConfig default_config() {
  model::DnsConfig config;
  config.listen = {parse_endpoint("", "0.0.0.0", kDnsPort), parse_endpoint("", "::", kDnsPort)};
  return config;
}

template <class Value>
void override_by(const Value& flag, Value& setting) {
  if (flag != Value{}) setting = flag;
}

void override_by(const std::vector<std::string>& flag, std::vector<std::filesystem::path>& paths) {
  if (!flag.empty()) paths.assign(flag.begin(), flag.end());
}

model::DnsConfig config_of(const DnsFlags& flags) {
  model::DnsConfig config =
      flags.config.empty() ? default_config() : model::load_dns_config(flags.config);
  if (!flags.listen.empty()) config.listen.clear();
  for (const std::string& text : flags.listen) {
    config.listen.push_back(parse_endpoint("--listen", text, kDnsPort));
  }
  if (!flags.xdp.empty()) config.xdp.clear();
  for (const std::string& text : flags.xdp) config.xdp.push_back(parse_xdp(text));
  if (!flags.control.empty()) {
    config.control = parse_endpoint("--control", flags.control, kControlPort);
  }
  override_by(flags.zones, config.zones);
  override_by(flags.geoip, config.geoip);
  override_by(flags.workers, config.workers);
  override_by(flags.identity, config.identity);
  override_by(flags.user, config.user);
  if (config.zones.empty()) {
    throw CLI::ValidationError("--zones",
                               "there are no zones to serve; name them here or as "
                               "\"zones\" in the configuration file");
  }
  return config;
}

/// Each TCP client needs a descriptor.
void allow_all_descriptors() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  static_cast<void>(::setrlimit(RLIMIT_NOFILE, &limit));
}

void serve(const DnsFlags& flags) {
  base::set_log_level(flags.log_level);
  allow_all_descriptors();
  DnsServer(config_of(flags)).run();
}

void add_lists(CLI::App& command, DnsFlags& flags) {
  command
      .add_option("--listen", flags.listen,
                  "Address to answer on, may be repeated (default 0.0.0.0:53 and [::]:53)")
      ->type_name("ADDR[:PORT]")
      ->allow_extra_args(false);
  command.add_option("--zones", flags.zones, "Zone file or directory of them, may be repeated")
      ->type_name("PATH")
      ->allow_extra_args(false);
  command
      .add_option("--xdp", flags.xdp,
                  "Interface whose queries over UDP pass by the kernel (AF_XDP), may be repeated; "
                  "WORD is native, generic, zero-copy, copy or symmetric")
      ->type_name("INTERFACE[,WORD]...")
      ->allow_extra_args(false);
  command.add_option("--geoip", flags.geoip, "MaxMind database or directory, may be repeated")
      ->type_name("PATH")
      ->allow_extra_args(false);
}

void add_settings(CLI::App& command, DnsFlags& flags) {
  command.add_option("--workers", flags.workers, "Threads that answer (default one per core)")
      ->type_name("N")
      ->check(CLI::Range(1, 1024).description(""));
  command.add_option("--identity", flags.identity, "What NSID and id.server tell")
      ->type_name("TEXT");
  command
      .add_option("--control", flags.control,
                  "Address of the HTTP API (default none; port 8053 unless given)")
      ->type_name("ADDR[:PORT]");
  command
      .add_option("--user", flags.user,
                  "User to become when started as root (default loadstar, else nobody)")
      ->type_name("NAME");
}

}  // namespace

void add_dns_command(CLI::App& program, int& exit_code) {
  auto* command =
      program.add_subcommand("dns", "Answer DNS queries with the nearest healthy region");
  auto flags = std::make_shared<DnsFlags>();
  command->add_option("--config", flags->config, "Configuration file; flags override it")
      ->type_name("FILE");
  add_lists(*command, *flags);
  add_settings(*command, *flags);
  add_log_level(*command, flags->log_level);
  command->callback([flags, &exit_code] {
    serve(*flags);
    exit_code = 0;
  });
}

}  // namespace loadstar::app
