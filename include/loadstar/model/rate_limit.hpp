#pragma once

#include <cstdint>
#include <vector>

#include "loadstar/base/address.hpp"

namespace loadstar::model {

/// How many answers of one kind the clients of one prefix get over UDP, so that forged queries do
/// not make a weapon of the server against the one whose address they carry.
struct RateLimit {
  std::uint32_t per_second = 200;  ///< 1 to 1,000,000
  std::uint32_t burst = 200;       ///< so many at once after silence; at least 1
  std::uint32_t slip = 2;          ///< every so many-th is truncated, not dropped; 0 = never
  std::uint8_t v4_bits = 24;
  std::uint8_t v6_bits = 56;
  std::vector<base::Prefix> exempt{};
};

}  // namespace loadstar::model
