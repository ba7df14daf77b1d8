#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace loadstar::wire {

/// Record types that this program treats specially (IANA DNS Parameters); all others pass through
/// as numbers.
namespace type {
inline constexpr std::uint16_t kA = 1, kNs = 2, kMd = 3, kMf = 4, kCname = 5, kSoa = 6, kMb = 7,
                               kMg = 8, kMr = 9, kPtr = 12, kHinfo = 13, kMinfo = 14, kMx = 15,
                               kTxt = 16, kAaaa = 28, kSrv = 33, kNaptr = 35, kDname = 39,
                               kOpt = 41, kDs = 43, kRrsig = 46, kNsec = 47, kDnskey = 48,
                               kNsec3 = 50, kSvcb = 64, kHttps = 65, kNxname = 128, kTkey = 249,
                               kTsig = 250, kIxfr = 251, kAxfr = 252, kMailb = 253, kMaila = 254,
                               kAny = 255;
}  // namespace type

namespace klass {
inline constexpr std::uint16_t kIn = 1, kChaos = 3, kNone = 254, kAny = 255;
}

enum class Rcode : std::uint16_t {
  NoError = 0,
  FormErr = 1,
  ServFail = 2,
  NxDomain = 3,
  NotImp = 4,
  Refused = 5,
  YxDomain = 6,
  NotAuth = 9,
  BadVers = 16,
};

/// "A", "HTTPS", "TYPE65280"; case-insensitive. nullopt when it is no type.
[[nodiscard]] std::optional<std::uint16_t> parse_type(std::string_view text);
[[nodiscard]] std::string type_to_string(std::uint16_t type);

}  // namespace loadstar::wire
