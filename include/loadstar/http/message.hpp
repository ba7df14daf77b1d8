#pragma once
// Requests and answers of HTTP/1.1 as this process's own interfaces use them: small, whole in
// memory.

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace loadstar::http {

/// A request target (RFC 9112 3.2) taken apart, percent-decoded.
struct Target {
  std::string path;
  std::map<std::string, std::string, std::less<>> query;

  /// "" when the query has no such name.
  [[nodiscard]] std::string value(std::string_view name) const;
};

/// Nothing when a percent sign is not followed by two hexadecimal digits. Of a repeated name the
/// last counts.
[[nodiscard]] std::optional<Target> parse_target(std::string_view text);

/// For a value in a query string (RFC 3986 2.3).
[[nodiscard]] std::string percent_encoded(std::string_view text);

struct Request {
  std::string method;  ///< "GET"
  Target target;
  std::string body;
  std::string token;  ///< of "Authorization: Bearer" (RFC 6750 2.1); "" = none
  std::string peer;   ///< common name of the client's verified certificate; "" = none
};

struct Response {
  int status = 200;
  std::string body;
  std::string type = "application/json";
  std::string allow{};  ///< the Allow header of a 405; "" = none
};

/// `{"error": …}`
[[nodiscard]] Response error_response(int status, std::string_view message);

}  // namespace loadstar::http
