#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "loadstar/base/address.hpp"

namespace loadstar::model {

/// How the two sides of a connection know each other.
struct Credentials {
  std::filesystem::path certificate;  ///< PEM; "" = none
  std::filesystem::path key;
  std::filesystem::path ca_file;  ///< PEM roots of the others; "" = the system's
  std::string token;              ///< shown to the others; "" = none
};

/// Another node.
struct PeerConfig {
  std::string name;
  std::string url;  ///< "https://ns2.example.com:8054"
};

/// A place that reports to this node: known by its token, or by a certificate for its name.
struct VantageConfig {
  std::string name;
  std::string token;  ///< "" = by its certificate only
};

struct RedisConfig {
  std::vector<base::Endpoint> servers;  ///< one; or the sentinels, when `master` is set
  std::string master;                   ///< its name among the sentinels; "" = no sentinels
  std::string user;                     ///< "" = the default user
  std::string password;                 ///< "" = none
  std::string prefix = "loadstar";      ///< of keys and of the channel
};

/// When what a node sees itself counts. Alone: while no vantage does.
enum class NodeVote : std::uint8_t { Always, Alone };

/// The key "cluster".
struct ClusterConfig {
  std::vector<base::Endpoint> listen;  ///< HTTPS for peers and vantages; may be empty
  Credentials credentials;
  std::vector<PeerConfig> peers;
  std::vector<VantageConfig> vantages;
  NodeVote vote = NodeVote::Always;
  std::optional<RedisConfig> redis;
};

/// Configuration of `loadstar probe`: what `--config FILE` and the flags say.
struct ProbeConfig {
  std::string name;                ///< of this vantage
  std::vector<std::string> nodes;  ///< "https://ns1.example.com:8054", …
  Credentials credentials;
  std::string user;     ///< dropped to when started as root
  bool exec = false;    ///< runs the programs of "exec" monitors
  bool seccomp = true;  ///< denies system calls that are never needed
};

/// Reads and checks FILE; relative paths in it are relative to its folder. Throws base::ConfigError
/// with all that is wrong.
[[nodiscard]] ProbeConfig load_probe_config(const std::filesystem::path& file);

/// Bytes of a token at least: nobody guesses it.
inline constexpr std::size_t kLeastToken = 16;

/// The text of a file without blanks around it. Throws base::ConfigError.
[[nodiscard]] std::string read_token(const std::filesystem::path& file,
                                     std::size_t least_bytes = kLeastToken);

}  // namespace loadstar::model
