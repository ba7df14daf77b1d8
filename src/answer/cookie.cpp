#include "cookie.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include "loadstar/wire/bytes.hpp"

namespace loadstar::answer {
namespace {

constexpr std::size_t kHashed = 16;  // client part, version, reserved, time
constexpr std::size_t kTimeAt = 12;
constexpr std::uint8_t kVersion = 1;

// RFC 9018 4.3: how old a cookie may be, in seconds, and how far ahead a peer's clock.
constexpr std::int32_t kLifetime = 3600;
constexpr std::int32_t kRenewal = 1800;
constexpr std::int32_t kAhead = 300;

/// The hash of what stands in front of it and of the client's address, as the bytes that it is.
std::uint64_t hash_of(const Cookie& cookie, const base::SipKey& secret,
                      const base::Address& client) noexcept {
  using base::SipHash;
  const std::uint8_t* const address = client.bytes().data();
  SipHash sip(secret);
  sip.absorb(SipHash::load<std::uint64_t>(cookie.data()));
  sip.absorb(SipHash::load<std::uint64_t>(&cookie[8]));
  std::uint64_t hash = 0;
  if (client.is_v4()) {
    hash = sip.finish(SipHash::load<std::uint32_t>(address), kHashed + 4);
  } else {
    sip.absorb(SipHash::load<std::uint64_t>(address));
    sip.absorb(SipHash::load<std::uint64_t>(address + 8));
    hash = sip.finish(0, kHashed + 16);
  }
  return std::endian::native == std::endian::little ? hash : std::byteswap(hash);
}

bool is_signed(const Cookie& received, const base::SipKey& secret,
               const base::Address& client) noexcept {
  std::uint64_t hash = 0;
  std::memcpy(&hash, &received[kHashed], sizeof hash);
  return hash == hash_of(received, secret, client);
}

Cookie made(std::span<const std::uint8_t> client_part, const base::SipKey& secret,
            const base::Address& client, std::uint32_t now) noexcept {
  Cookie cookie{};
  std::ranges::copy(client_part, cookie.begin());
  cookie[client_part.size()] = kVersion;
  wire::write_u32(&cookie[kTimeAt], now);
  const std::uint64_t hash = hash_of(cookie, secret, client);
  std::memcpy(&cookie[kHashed], &hash, sizeof hash);
  return cookie;
}

}  // namespace

CookieCheck check_cookie(std::span<const base::SipKey> secrets,
                         std::span<const std::uint8_t> cookie, const base::Address& client,
                         std::uint32_t now) noexcept {
  CookieCheck check;
  check.valid = false;
  if (cookie.size() == check.reply.size()) {
    std::memcpy(check.reply.data(), cookie.data(), check.reply.size());
    const auto age = static_cast<std::int32_t>(now - wire::read_u32(&cookie[kTimeAt]));
    const bool timely = age <= kLifetime && age >= -kAhead;
    if (timely && is_signed(check.reply, secrets.front(), client)) {
      check.valid = true;
      if (age <= kRenewal) return check;
    }
    for (const base::SipKey& older : secrets.subspan(1))
      check.valid = check.valid || (timely && is_signed(check.reply, older, client));
  }
  check.reply = made(cookie.first(8), secrets.front(), client, now);
  return check;
}

}  // namespace loadstar::answer
