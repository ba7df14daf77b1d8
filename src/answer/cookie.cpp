#include "cookie.hpp"

#include <algorithm>
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

/// Signs what stands in front of the hash.
void sign(Cookie& cookie, const base::SipKey& secret, const base::Address& client) noexcept {
  std::array<std::uint8_t, kHashed + 16> input;
  const auto address = client.bytes();
  auto* const end = std::ranges::copy(cookie.begin(), cookie.begin() + kHashed, input.data()).out;
  std::ranges::copy(address, end);
  std::uint64_t hash =
      base::SipHash(secret)(std::span<const std::uint8_t>(input).first(kHashed + address.size()));
  for (std::size_t i = kHashed; i < cookie.size(); ++i, hash >>= 8)
    cookie[i] = static_cast<std::uint8_t>(hash);
}

bool is_signed(const Cookie& received, const base::SipKey& secret,
               const base::Address& client) noexcept {
  Cookie expected = received;
  sign(expected, secret, client);
  return std::memcmp(&expected[kHashed], &received[kHashed], received.size() - kHashed) == 0;
}

Cookie made(std::span<const std::uint8_t> client_part, const base::SipKey& secret,
            const base::Address& client, std::uint32_t now) noexcept {
  Cookie cookie{};
  std::ranges::copy(client_part, cookie.begin());
  cookie[client_part.size()] = kVersion;
  wire::write_u32(&cookie[kTimeAt], now);
  sign(cookie, secret, client);
  return cookie;
}

}  // namespace

CookieCheck check_cookie(std::span<const base::SipKey> secrets,
                         std::span<const std::uint8_t> cookie, const base::Address& client,
                         std::uint32_t now) noexcept {
  CookieCheck check;
  if (cookie.size() == check.reply.size()) {
    std::ranges::copy(cookie, check.reply.begin());
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
