#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "loadstar/base/address.hpp"
#include "loadstar/base/duration.hpp"
#include "loadstar/model/cluster_config.hpp"
#include "loadstar/model/policy.hpp"
#include "loadstar/model/rate_limit.hpp"
#include "loadstar/model/transfer.hpp"
#include "loadstar/model/xdp_config.hpp"

namespace loadstar::model {

/// The key "tcp"; what is absent is as the server has it (serve::TcpLimits).
struct TcpConfig {
  std::optional<std::uint32_t> connections;
  std::optional<std::uint32_t> per_client;
  std::optional<std::uint32_t> memory_mb;
  std::optional<base::Duration> idle;
  std::optional<base::Duration> io;
  std::optional<std::uint32_t> handshakes;
  std::optional<std::uint32_t> handshakes_per_client;
  std::optional<base::Duration> handshake;
};

/// The key "tls".
struct TlsConfig {
  std::vector<base::Endpoint> listen;  ///< default 0.0.0.0:853 and [::]:853
  std::filesystem::path certificate;
  std::filesystem::path key;
};

/// The key "proxy_protocol".
struct ProxyProtocolConfig {
  std::vector<base::Endpoint> listen;
  std::vector<base::Prefix> from;
};

/// Configuration of `loadstar dns`: what `--config FILE` (JSON with comments) and the flags say.
struct DnsConfig {
  std::vector<base::Endpoint> listen;        ///< default 0.0.0.0:53 and [::]:53
  std::vector<std::filesystem::path> zones;  ///< directories or files
  std::vector<std::filesystem::path> geoip;  ///< directories or .mmdb files; may be empty
  std::uint32_t workers = 0;                 ///< 0 = one per core
  std::string identity;                      ///< NSID and id.server; "" = not told
  std::string vantage;                       ///< name of this node as a place that probes from
  std::filesystem::path state;               ///< directory; "" = none kept
  std::optional<base::Endpoint> control;     ///< HTTP API; none by default
  std::string user;                          ///< dropped to after binding when started as root
  bool seccomp = true;                       ///< denies system calls that are never needed
  TcpConfig tcp;
  std::optional<TlsConfig> tls;        ///< no DNS over TLS by default
  ProxyProtocolConfig proxy_protocol;  ///< no listeners for fronts by default
  std::vector<XdpConfig> xdp;          ///< one for an interface; no XDP by default
  OnAllDown::Kind on_all_down = OnAllDown::Kind::All;
  std::filesystem::path cookie_secrets;  ///< read_cookie_secrets(); "" = one that is made up
  std::vector<base::Prefix> ecs_from;    ///< resolvers whose client subnets count; empty: all
  std::uint16_t max_answer_without_cookie = 1232;  ///< bytes over UDP, 512 to 1232
  std::optional<RateLimit> rate_limit;             ///< none by default
  std::vector<TsigKey> keys;
  std::vector<TransferRule> transfers;   ///< none: nobody gets a zone
  std::optional<ClusterConfig> cluster;  ///< none: the node is alone
};

/// Reads and checks FILE; relative paths in it are relative to its folder. Throws base::ConfigError
/// with all that is wrong.
[[nodiscard]] DnsConfig load_dns_config(const std::filesystem::path& file);

}  // namespace loadstar::model
