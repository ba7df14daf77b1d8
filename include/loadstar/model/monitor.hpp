#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "loadstar/base/diagnostic.hpp"
#include "loadstar/base/duration.hpp"
#include "loadstar/select/flap.hpp"

namespace loadstar::model {

/// What is probed at layer 4 or 7. More types come as further enumerators, each one file in
/// `health`.
enum class MonitorType : std::uint8_t { Tcp, Tls, Http, Https };

/// "tcp", "tls", "http" or "https"
[[nodiscard]] constexpr std::string_view to_string(MonitorType type) noexcept {
  switch (type) {
    case MonitorType::Tcp: return "tcp";
    case MonitorType::Tls: return "tls";
    case MonitorType::Http: return "http";
    case MonitorType::Https: return "https";
  }
  return "";
}
[[nodiscard]] constexpr bool speaks_http(MonitorType type) noexcept {
  return type == MonitorType::Http || type == MonitorType::Https;
}
[[nodiscard]] constexpr bool speaks_tls(MonitorType type) noexcept {
  return type == MonitorType::Tls || type == MonitorType::Https;
}

/// Inclusive.
struct StatusRange {
  std::uint16_t first = 200;
  std::uint16_t last = 299;
  friend bool operator==(const StatusRange&, const StatusRange&) = default;
};

/// What an HTTP answer must be to count as a success.
struct HttpExpectation {
  std::vector<StatusRange> status{StatusRange{}};  ///< any of them
  std::string body;  ///< a substring within the first kMaxProbeBody bytes; "" = not looked at
  friend bool operator==(const HttpExpectation&, const HttpExpectation&) = default;
};

struct HttpRequest {
  std::string method = "GET";
  std::string path = "/";
  std::string host;  ///< the Host header; "" = the probed address
  std::vector<std::pair<std::string, std::string>> headers;
  HttpExpectation expect;
  friend bool operator==(const HttpRequest&, const HttpRequest&) = default;
};

/// What a TLS handshake must show to count as a success.
struct TlsExpectation {
  /// Sent as SNI (RFC 6066 3), and for whom the certificate must be (RFC 9525): a host name, or an
  /// address, which is not sent. "" = the peer is not told, and `verify` is false.
  std::string server_name;
  bool verify = true;               ///< chain, name and time of the certificate
  std::string ca_file;              ///< PEM file of the roots; "" = those of the system
  std::uint16_t min_days_left = 0;  ///< of every certificate in the chain
  friend bool operator==(const TlsExpectation&, const TlsExpectation&) = default;
};

/// Bytes of an HTTP body that a probe reads at most.
inline constexpr std::size_t kMaxProbeBody = 65'536;

/// What a target without any verdict counts as. Probe = one probe round decides before the first
/// answer.
enum class InitialState : std::uint8_t { Probe, Up, Down };

/// A health check: how a target is probed, and how many results make a verdict.
struct Monitor {
  std::string name;
  MonitorType type = MonitorType::Tcp;
  std::uint16_t port = 0;
  HttpRequest http;    ///< where speaks_http()
  TlsExpectation tls;  ///< where speaks_tls()
  base::Duration interval = std::chrono::seconds(5);
  base::Duration timeout = std::chrono::seconds(2);  ///< of one probe; less than the interval
  std::uint16_t fall = 3;  ///< failures in a row that make an up target down; 1 to 100
  std::uint16_t rise = 2;  ///< successes in a row that make a down target up; 1 to 100
  bool recheck = false;  ///< the first failure of an up target counts if a second probe fails, too
  select::FlapLimits flap;
  base::Duration ramp{};  ///< who is up again takes a growing share of its clients so long; 0: all
  InitialState initial = InitialState::Probe;
  base::Where where;
};

}  // namespace loadstar::model
