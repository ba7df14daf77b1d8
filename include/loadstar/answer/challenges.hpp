#pragma once
// ACME DNS-01 challenges (RFC 8555 8.4): TXT records that come and go beside the zones, so that
// nothing is compiled anew for them.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "loadstar/answer/snapshot.hpp"
#include "loadstar/wire/name.hpp"

namespace loadstar::answer {

struct Challenge {
  wire::Name name;  ///< lowered: _acme-challenge.example.com.
  std::string token;
  std::uint32_t ttl = 0;
};

/// Why a challenge cannot stand at the name; nullopt when it can: it is in a zone that is served
/// here, and not delegated or renamed away.
[[nodiscard]] std::optional<std::string> problem_of_challenge(const Snapshot& snapshot,
                                                              const wire::Name& name);

/// Immutable; published with the State.
class Challenges {
 public:
  explicit Challenges(std::span<const Challenge> challenges);

  /// TXT records as the catalog would hold them, or none: then challenges stand below the name.
  struct Entry {
    std::vector<std::uint8_t> records;
    std::uint16_t count = 0;
  };
  /// `name` is lowered. Null: no challenge is there or below.
  [[nodiscard]] const Entry* find(std::span<const std::uint8_t> name) const noexcept;

 private:
  std::map<std::string, Entry, std::less<>> entries_;
};

}  // namespace loadstar::answer
