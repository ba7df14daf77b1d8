#include "read_transports.hpp"

#include <algorithm>

#include "read_prefixes.hpp"

namespace loadstar::model {
namespace {

constexpr std::uint16_t kDnsPort = 53;
constexpr std::uint16_t kTlsPort = 853;  // RFC 7858 3.1
constexpr Range<std::uint32_t> kConnections{1, 1'000'000};
constexpr Range<std::uint32_t> kMegabytes{1, 1'048'576};
constexpr Range<base::Duration> kTimes{std::chrono::milliseconds(100), std::chrono::hours(1)};

template <std::optional<std::uint32_t> TcpConfig::* Count>
void read_connections(ConfigContext& context, json::Value value, TcpConfig& tcp) {
  tcp.*Count = context.in.whole(value, kConnections);
}

template <std::optional<base::Duration> TcpConfig::* Time>
void read_time(ConfigContext& context, json::Value value, TcpConfig& tcp) {
  tcp.*Time = context.in.duration(value, kTimes);
}

constexpr std::array<Field<ConfigContext, TcpConfig>, 8> kTcpFields{{
    {{"connections"}, read_connections<&TcpConfig::connections>},
    {{"per_client"}, read_connections<&TcpConfig::per_client>},
    {{"memory_mb"},
     [](ConfigContext& context, json::Value value, TcpConfig& tcp) {
       tcp.memory_mb = context.in.whole(value, kMegabytes);
     }},
    {{"idle"}, read_time<&TcpConfig::idle>},
    {{"io"}, read_time<&TcpConfig::io>},
    {{"handshakes"}, read_connections<&TcpConfig::handshakes>},
    {{"handshakes_per_client"}, read_connections<&TcpConfig::handshakes_per_client>},
    {{"handshake"}, read_time<&TcpConfig::handshake>},
}};

constexpr std::array<Field<ConfigContext, TlsConfig>, 3> kTlsFields{{
    {{"listen"},
     [](ConfigContext& context, json::Value value, TlsConfig& tls) {
       tls.listen = read_endpoints(context, value, kTlsPort);
     }},
    {{"certificate", Presence::Required},
     [](ConfigContext& context, json::Value value, TlsConfig& tls) {
       set(tls.certificate, read_path(context, value));
     }},
    {{"key", Presence::Required},
     [](ConfigContext& context, json::Value value, TlsConfig& tls) {
       set(tls.key, read_path(context, value));
     }},
}};

constexpr std::array<Field<ConfigContext, ProxyProtocolConfig>, 2> kProxyProtocolFields{{
    {{"listen", Presence::Required},
     [](ConfigContext& context, json::Value value, ProxyProtocolConfig& proxy) {
       proxy.listen = read_endpoints(context, value, kDnsPort);
     }},
    {{"from", Presence::Required},
     [](ConfigContext& context, json::Value value, ProxyProtocolConfig& proxy) {
       read_prefixes(context.in, value, proxy.from);
     }},
}};

std::vector<base::Endpoint> default_tls_listen() {
  return {*base::Endpoint::parse("0.0.0.0", kTlsPort), *base::Endpoint::parse("::", kTlsPort)};
}

}  // namespace

void read_tcp(ConfigContext& context, json::Value value, DnsConfig& config) {
  read_object(context, value, kTcpFields, config.tcp);
}

void read_tls(ConfigContext& context, json::Value value, DnsConfig& config) {
  TlsConfig& tls = config.tls.emplace();
  read_object(context, value, kTlsFields, tls);
  if (tls.listen.empty()) tls.listen = default_tls_listen();
}

void read_proxy_protocol(ConfigContext& context, json::Value value, DnsConfig& config) {
  read_object(context, value, kProxyProtocolFields, config.proxy_protocol);
}

void read_xdp(ConfigContext& context, json::Value value, DnsConfig& config) {
  for (const json::Value item : context.in.items(value)) {
    const auto text = context.in.string(item);
    if (!text) continue;
    auto one = XdpConfig::parse(*text);
    const auto is_the_same = [&](const XdpConfig& other) {
      return other.interface == one->interface;
    };
    if (!one) {
      context.in.error(item, std::move(one.error()));
    } else if (std::ranges::any_of(config.xdp, is_the_same)) {
      context.in.error(item, fmt::format("interface \"{}\" is listed twice", one->interface));
    } else {
      config.xdp.push_back(*std::move(one));
    }
  }
}

std::vector<std::string_view> tcp_keys() { return names_of(kTcpFields); }
std::vector<std::string_view> tls_keys() { return names_of(kTlsFields); }
std::vector<std::string_view> proxy_protocol_keys() { return names_of(kProxyProtocolFields); }

}  // namespace loadstar::model
