#include "loadstar/model/dns_config.hpp"

#include "config_context.hpp"
#include "dns_config_keys.hpp"
#include "load_config.hpp"
#include "read_cluster.hpp"
#include "read_credentials.hpp"
#include "read_policy.hpp"
#include "read_prefixes.hpp"
#include "read_rate_limit.hpp"
#include "read_transfer.hpp"
#include "read_transports.hpp"
#include "reader.hpp"

namespace loadstar::model {
namespace {

constexpr std::uint16_t kDnsPort = 53;
constexpr Range<std::uint32_t> kWorkers{0, 1024};
constexpr Range<std::size_t> kIdentityBytes{1, 255};
constexpr Range<std::size_t> kUserBytes{1, 32};
constexpr Range<std::uint16_t> kUdpAnswerBytes{512, 1232};

template <std::vector<std::filesystem::path> DnsConfig::* Paths>
void read_paths(ConfigContext& context, json::Value value, DnsConfig& config) {
  for (const json::Value item : context.in.items(value)) {
    if (auto path = read_path(context, item)) (config.*Paths).push_back(*std::move(path));
  }
}

void read_listen(ConfigContext& context, json::Value value, DnsConfig& config) {
  config.listen = read_endpoints(context, value, kDnsPort);
}

void read_control(ConfigContext& context, json::Value value, DnsConfig& config) {
  const auto endpoint = context.in.endpoint(value, 0);
  if (!endpoint) return;
  if (endpoint->port != 0)
    config.control = endpoint;
  else
    context.in.refuse(value, "an address with a port, such as \"127.0.0.1:8053\"");
}

template <std::vector<base::Prefix> DnsConfig::* Prefixes>
void read_prefixes(ConfigContext& context, json::Value value, DnsConfig& config) {
  read_prefixes(context.in, value, config.*Prefixes);
}

void read_rate_limit(ConfigContext& context, json::Value value, DnsConfig& config) {
  config.rate_limit = read_rate_limit(context.in, value);
}

void read_vantage(ConfigContext& context, json::Value value, DnsConfig& config) {
  set(config.vantage, read_node_name(context, value));
}

using ConfigField = Field<ConfigContext, DnsConfig>;

constexpr std::array<ConfigField, 23> kConfigFields{{
    {{"$schema"}, [](ConfigContext&, json::Value, DnsConfig&) {}},
    {{"listen"}, read_listen},
    {{"zones"}, read_paths<&DnsConfig::zones>},
    {{"geoip"}, read_paths<&DnsConfig::geoip>},
    {{"workers"},
     [](ConfigContext& context, json::Value value, DnsConfig& config) {
       set(config.workers, context.in.whole(value, kWorkers));
     }},
    {{"identity"},
     [](ConfigContext& context, json::Value value, DnsConfig& config) {
       set(config.identity, context.in.text(value, kIdentityBytes));
     }},
    {{"vantage"}, read_vantage},
    {{"state"},
     [](ConfigContext& context, json::Value value, DnsConfig& config) {
       set(config.state, read_path(context, value));
     }},
    {{"control"}, read_control},
    {{"user"},
     [](ConfigContext& context, json::Value value, DnsConfig& config) {
       set(config.user, context.in.text(value, kUserBytes));
     }},
    {{"seccomp"},
     [](ConfigContext& context, json::Value value, DnsConfig& config) {
       set(config.seccomp, context.in.boolean(value));
     }},
    {{"tcp"}, read_tcp},
    {{"tls"}, read_tls},
    {{"proxy_protocol"}, read_proxy_protocol},
    {{"xdp"}, read_xdp},
    {{"on_all_down"},
     [](ConfigContext& context, json::Value value, DnsConfig& config) {
       set(config.on_all_down, context.in.choice(value, kOnAllDownWords));
     }},
    {{"cookie_secrets"},
     [](ConfigContext& context, json::Value value, DnsConfig& config) {
       set(config.cookie_secrets, read_path(context, value));
     }},
    {{"ecs_from"}, read_prefixes<&DnsConfig::ecs_from>},
    {{"max_answer_without_cookie"},
     [](ConfigContext& context, json::Value value, DnsConfig& config) {
       set(config.max_answer_without_cookie, context.in.whole(value, kUdpAnswerBytes));
     }},
    {{"rate_limit"}, read_rate_limit},
    {{"keys"}, read_keys},
    {{"transfer"}, read_transfers},
    {{"cluster"}, read_cluster},
}};

std::vector<base::Endpoint> default_listen() {
  return {*base::Endpoint::parse("0.0.0.0", kDnsPort), *base::Endpoint::parse("::", kDnsPort)};
}

void check(ConfigContext& context, json::Value root, DnsConfig& config) {
  check_transfers(context, root, config);
  check_cluster(context, root, config);
}

}  // namespace

DnsConfig load_dns_config(const std::filesystem::path& file) {
  DnsConfig config;
  load_config(file, kConfigFields, check, config);
  if (config.listen.empty()) config.listen = default_listen();
  return config;
}

std::vector<std::string_view> dns_config_keys() { return names_of(kConfigFields); }

}  // namespace loadstar::model
