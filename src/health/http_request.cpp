#include <algorithm>

#include "loadstar/health/http_check.hpp"

namespace loadstar::health {
namespace {

constexpr std::size_t kMaxRedirectPath = 2048;

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

bool starts_with(std::string_view text, std::string_view start) {
  return same_name(text.substr(0, start.size()), start);
}

/// Without the scheme's own port.
std::string_view without_port(std::string_view host, std::string_view port) {
  return host.ends_with(port) ? host.substr(0, host.size() - port.size()) : host;
}

bool can_stand_in_request(std::string_view path) {
  return path.size() <= kMaxRedirectPath &&
         std::ranges::all_of(path, [](char c) { return c > ' ' && c < 0x7f; });
}

}  // namespace

std::optional<std::string> path_of_redirect(const model::Monitor& monitor,
                                            const base::Endpoint& address,
                                            std::string_view location) {
  const bool is_tls = speaks_tls(monitor.type);
  const std::string_view scheme = is_tls ? "https:" : "http:";
  location = location.substr(0, location.find('#'));
  if (starts_with(location, scheme)) location.remove_prefix(scheme.size());
  if (location.starts_with("//")) {
    location.remove_prefix(2);
    const std::string_view host = location.substr(0, location.find_first_of("/?"));
    const std::string_view port = is_tls ? ":443" : ":80";
    if (!same_name(without_port(host, port), without_port(host_of(monitor, address), port)))
      return std::nullopt;
    location.remove_prefix(host.size());
  } else if (!location.starts_with('/')) {
    return std::nullopt;
  }
  if (!can_stand_in_request(location)) return std::nullopt;
  return location.starts_with('/') ? std::string(location) : '/' + std::string(location);
}

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
