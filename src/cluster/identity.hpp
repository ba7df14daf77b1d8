#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "loadstar/http/message.hpp"
#include "loadstar/model/cluster_config.hpp"

namespace loadstar::cluster {

enum class Role : std::uint8_t { Peer, Vantage };

struct Identity {
  Role role = Role::Peer;
  std::string name;  ///< "" of a peer that is known by the token of all
};

/// Who asks, by certificate or token; nothing when nobody that is known.
[[nodiscard]] std::optional<Identity> identify(const http::Request& request,
                                               const model::ClusterConfig& config);

}  // namespace loadstar::cluster
