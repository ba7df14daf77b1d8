#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace loadstar::answer {

/// A zone as secondaries may have it.
struct KnownSerial {
  std::uint64_t fingerprint = 0;  ///< of the texts of all files that the zone was made of
  std::uint32_t serial = 0;

  friend bool operator==(const KnownSerial&, const KnownSerial&) = default;
};

/// By origin, as in "example.com.".
using KnownSerials = std::map<std::string, KnownSerial>;

}  // namespace loadstar::answer
