#include <algorithm>

#include "loadstar/health/http_check.hpp"

namespace loadstar::health {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same_name(std::string_view left, std::string_view right) {
  return std::ranges::equal(left, right, {}, lower, lower);
}

/// An address as it stands in a URL.
std::string in_url(const base::Address& address) {
  return address.is_v4() ? address.to_string() : '[' + address.to_string() + ']';
}

/// Who is asked: what the monitor says, or whom the certificate is for, or the address. The port is
/// left out when it is the scheme's (RFC 9110 4.2.3).
std::string host_of(const model::Monitor& monitor, const base::Endpoint& address) {
  if (!monitor.http.host.empty()) return monitor.http.host;
  const std::string& name = monitor.tls.server_name;
  const bool has_name = !name.empty() && !base::Address::parse(name);
  const std::string host = has_name ? name : in_url(address.address);
  const std::uint16_t of_scheme = speaks_tls(monitor.type) ? 443 : 80;
  return address.port == of_scheme ? host : host + ':' + std::to_string(address.port);
}

using Headers = std::vector<std::pair<std::string, std::string>>;

Headers default_headers(const model::Monitor& monitor, const base::Endpoint& address) {
  return {{"Host", host_of(monitor, address)},
          {"User-Agent", "loadstar"},
          {"Accept", "*/*"},
          {"Connection", "close"}};
}

void append(std::string& text, const Headers& headers) {
  for (const auto& [name, value] : headers) text += name + ": " + value + "\r\n";
}

}  // namespace

std::string render_request(const model::Monitor& monitor, const base::Endpoint& address) {
  const model::HttpRequest& request = monitor.http;
  Headers defaults = default_headers(monitor, address);
  std::erase_if(defaults, [&](const auto& header) {
    return std::ranges::any_of(
        request.headers, [&](const auto& given) { return same_name(given.first, header.first); });
  });
  std::string text = request.method + ' ' + request.path + " HTTP/1.1\r\n";
  append(text, defaults);
  append(text, request.headers);
  return text + "\r\n";
}

}  // namespace loadstar::health
