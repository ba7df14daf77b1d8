#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "loadstar/base/address.hpp"
#include "loadstar/model/policy.hpp"

namespace loadstar::model {

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
  OnAllDown::Kind on_all_down = OnAllDown::Kind::All;
};

/// Reads and checks FILE; relative paths in it are relative to its folder. Throws base::ConfigError
/// with all that is wrong.
[[nodiscard]] DnsConfig load_dns_config(const std::filesystem::path& file);

}  // namespace loadstar::model
