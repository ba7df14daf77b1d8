#pragma once

#include "loadstar/model/cluster_config.hpp"

#include "config_context.hpp"

namespace loadstar::model {

/// A name of a node or vantage.
[[nodiscard]] std::optional<std::string> read_node_name(ConfigContext& context, json::Value value);

/// A file that has a token and nothing else.
[[nodiscard]] std::optional<std::string> read_token_file(ConfigContext& context, json::Value value,
                                                         std::size_t least_bytes = kLeastToken);

/// "https://HOST[:PORT]"
[[nodiscard]] std::optional<std::string> read_node_url(ConfigContext& context, json::Value value);

// Rows of an object whose Config has `credentials`.

template <class Config, std::filesystem::path Credentials::* Path>
void read_credential_path(ConfigContext& context, json::Value value, Config& config) {
  set(config.credentials.*Path, read_path(context, value));
}

template <class Config>
void read_credential_token(ConfigContext& context, json::Value value, Config& config) {
  set(config.credentials.token, read_token_file(context, value));
}

/// Both or none of certificate and key.
void check_credentials(ConfigContext& context, json::Value value, const Credentials& credentials);

}  // namespace loadstar::model
