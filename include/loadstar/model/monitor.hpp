#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "loadstar/base/diagnostic.hpp"
#include "loadstar/base/duration.hpp"
#include "loadstar/select/flap.hpp"
#include "loadstar/select/quorum.hpp"

namespace loadstar::model {

/// How a target is probed. A new type is one file in `health`.
enum class MonitorType : std::uint8_t { Tcp, Tls, Http, Https, Icmp, Dns, Exec, File, Agent };

/// "tcp", "tls", "http", …
[[nodiscard]] constexpr std::string_view to_string(MonitorType type) noexcept {
  switch (type) {
    case MonitorType::Tcp: return "tcp";
    case MonitorType::Tls: return "tls";
    case MonitorType::Http: return "http";
    case MonitorType::Https: return "https";
    case MonitorType::Icmp: return "icmp";
    case MonitorType::Dns: return "dns";
    case MonitorType::Exec: return "exec";
    case MonitorType::File: return "file";
    case MonitorType::Agent: return "agent";
  }
  return "";
}
/// What is asked has no port: the target's is 0.
[[nodiscard]] constexpr bool has_no_port(MonitorType type) noexcept {
  return type == MonitorType::Icmp || type == MonitorType::File;
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
  std::string body_regex{};  ///< RE2 syntax, within the same bytes; "" = not looked at
  friend bool operator==(const HttpExpectation&, const HttpExpectation&) = default;
};

/// Where the weight of an endpoint comes from.
enum class WeightFrom : std::uint8_t { File, Body };

struct HttpRequest {
  std::string method = "GET";
  std::string path = "/";
  std::string host;  ///< the Host header; "" = the probed address
  std::vector<std::pair<std::string, std::string>> headers;
  HttpExpectation expect;
  WeightFrom weight_from = WeightFrom::File;
  std::uint8_t follow_redirects = 0;  ///< how many at most, 0 to 5
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

/// Bytes of an answer, in HTTP of its body, that a probe reads at most.
inline constexpr std::size_t kMaxProbeBody = 65'536;

/// What is said to a service over TCP and what it must say.
struct TcpExchange {
  std::string send{};    ///< "" = nothing
  std::string expect{};  ///< a substring of the first kMaxProbeBody bytes; "" = nothing is read
  friend bool operator==(const TcpExchange&, const TcpExchange&) = default;
};

struct DnsQuestion {
  std::string name = ".";  ///< absolute, in presentation form
  std::string type = "A";
  bool recursion = false;  ///< RD is set
  base::Where type_where{};
  friend bool operator==(const DnsQuestion& left, const DnsQuestion& right) noexcept {
    return left.name == right.name && left.type == right.type && left.recursion == right.recursion;
  }
};

/// RDATA in presentation form, and where it is written.
struct WantedRdata {
  std::string text;
  base::Where where{};
  friend bool operator==(const WantedRdata& left, const WantedRdata& right) noexcept {
    return left.text == right.text;
  }
};

/// What an answer of DNS must be to count as a success.
struct DnsExpectation {
  enum class Match : std::uint8_t { AnyOf, AllOf };
  std::vector<std::uint16_t> rcodes{0};  ///< any of them
  std::vector<WantedRdata> rdata{};      ///< of the question's type; none = not looked at
  Match match = Match::AnyOf;
  friend bool operator==(const DnsExpectation&, const DnsExpectation&) = default;
};

struct DnsCheck {
  DnsQuestion query;
  DnsExpectation expect;
  friend bool operator==(const DnsCheck&, const DnsCheck&) = default;
};

/// What a target without any verdict counts as. Probe = one probe round decides before the first
/// answer.
enum class InitialState : std::uint8_t { Probe, Up, Down };

struct Monitor;

/// Holds when so many of its members hold.
struct Combination {
  std::uint16_t at_least = 0;
  std::vector<std::shared_ptr<const Monitor>> of{};  ///< none: the monitor is no combination
};

/// A health check: how a target is probed, and how many results make a verdict; or a combination
/// of others, which has nothing else.
struct Monitor {
  std::string name;
  MonitorType type = MonitorType::Tcp;
  std::uint16_t port = 0;
  HttpRequest http;    ///< where speaks_http()
  TlsExpectation tls;  ///< where speaks_tls()
  TcpExchange tcp;
  DnsCheck dns;
  std::vector<std::string> command;  ///< of exec: a program's path and its arguments
  std::string feed;                  ///< of file: its path
  Combination combination;
  base::Duration interval = std::chrono::seconds(5);
  base::Duration timeout = std::chrono::seconds(2);  ///< of one probe; less than the interval
  std::uint16_t fall = 3;  ///< failures in a row that make an up target down; 1 to 100
  std::uint16_t rise = 2;  ///< successes in a row that make a down target up; 1 to 100
  bool recheck = false;  ///< the first failure of an up target counts if a second probe fails, too
  select::FlapLimits flap;
  /// Vantages that must say up, of those whose word counts.
  select::CountOrShare quorum = 0.5;
  base::Duration ramp{};  ///< who is up again takes a growing share of its clients so long; 0: all
  InitialState initial = InitialState::Probe;
  base::Where where;
  std::string text;  ///< as it stands in the file, for parse_monitor() elsewhere

  [[nodiscard]] bool is_combination() const noexcept { return !combination.of.empty(); }
};

}  // namespace loadstar::model
