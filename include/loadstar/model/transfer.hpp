#pragma once
// Who may have whole zones, and who is told that they have changed.

#include <cstdint>
#include <string>
#include <vector>

#include "loadstar/base/address.hpp"

namespace loadstar::model {

enum class KeyAlgorithm : std::uint8_t { HmacSha256, HmacSha384, HmacSha512 };

/// A secret that both sides of a transfer know (RFC 8945).
struct TsigKey {
  std::string name;  ///< absolute, lower case, with the final dot
  KeyAlgorithm algorithm = KeyAlgorithm::HmacSha256;
  std::vector<std::uint8_t> secret;
};

/// A transfer is allowed when a rule for the zone lets the address in, and the key, as far as it
/// names them. One that names neither allows nothing, and only says whom to notify.
struct TransferRule {
  std::vector<std::string> zones;  ///< origins, absolute and lower case; empty: all
  std::vector<base::Prefix> to;    ///< empty: whoever has the key
  std::string key;                 ///< of the keys; "" = none asked for
  std::vector<base::Endpoint> notify;
  bool notify_name_servers = true;  ///< those of the zone whose addresses are in it, too
};

}  // namespace loadstar::model
