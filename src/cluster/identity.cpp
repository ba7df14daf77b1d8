#include "identity.hpp"

#include <algorithm>
#include <openssl/crypto.h>

namespace loadstar::cluster {
namespace {

/// Takes as long for every wrong token of the right length.
bool is_same(std::string_view token, std::string_view known) {
  return !known.empty() && token.size() == known.size() &&
         ::CRYPTO_memcmp(token.data(), known.data(), known.size()) == 0;
}

}  // namespace

std::optional<Identity> identify(const http::Request& request, const model::ClusterConfig& config) {
  for (const model::VantageConfig& vantage : config.vantages) {
    const bool shows_certificate = !request.peer.empty() && request.peer == vantage.name;
    if (shows_certificate || is_same(request.token, vantage.token))
      return Identity{Role::Vantage, vantage.name};
  }
  for (const model::PeerConfig& peer : config.peers) {
    if (!request.peer.empty() && request.peer == peer.name) return Identity{Role::Peer, peer.name};
  }
  if (is_same(request.token, config.credentials.token)) return Identity{Role::Peer, ""};
  return std::nullopt;
}

}  // namespace loadstar::cluster
