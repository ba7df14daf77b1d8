#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>

#include "loadstar/wire/tsig.hpp"

struct evp_mac_ctx_st;

namespace loadstar::wire {

/// Bytes of a whole MAC.
[[nodiscard]] constexpr std::size_t mac_size(TsigAlgorithm algorithm) noexcept {
  switch (algorithm) {
    case TsigAlgorithm::HmacSha256: return 32;
    case TsigAlgorithm::HmacSha384: return 48;
    case TsigAlgorithm::HmacSha512: return 64;
  }
  return 0;
}

/// One HMAC (RFC 2104) under way.
class Hmac {
 public:
  explicit Hmac(const TsigKey& key) noexcept;

  void add(std::span<const std::uint8_t> bytes) noexcept;
  /// Writes the MAC; returns its size, or 0 when the library has failed, for want of memory.
  [[nodiscard]] std::size_t finish(std::array<std::uint8_t, kMaxMac>& mac) noexcept;

 private:
  struct Free {
    void operator()(evp_mac_ctx_st* context) const noexcept;
  };
  std::unique_ptr<evp_mac_ctx_st, Free> context_;
};

/// Takes the same time wherever they differ. Both have the same size.
[[nodiscard]] bool equal_in_constant_time(std::span<const std::uint8_t> a,
                                          std::span<const std::uint8_t> b) noexcept;

}  // namespace loadstar::wire
