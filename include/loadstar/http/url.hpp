#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace loadstar::http {

enum class Scheme : std::uint8_t { Http, Https };

/// Where a server is: "https://node-1.example.com:8054". No path, no user.
struct Url {
  Scheme scheme = Scheme::Http;
  std::string host;  ///< a name or an address, without brackets
  std::string port;

  /// The port is that of the scheme unless given. The error says what is wrong.
  [[nodiscard]] static std::expected<Url, std::string> parse(std::string_view text);

  /// As parse() takes it, with the port.
  [[nodiscard]] std::string to_string() const;
  /// For the Host header (RFC 9110 7.2).
  [[nodiscard]] std::string authority() const;
};

}  // namespace loadstar::http
