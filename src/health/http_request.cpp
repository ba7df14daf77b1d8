#include <algorithm>

#include "loadstar/health/http_check.hpp"

namespace loadstar::health {
namespace {

constexpr std::uint16_t kDefaultPort = 80;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same_name(std::string_view left, std::string_view right) {
  return std::ranges::equal(left, right, {}, lower, lower);
}

// RFC 9110 4.2.3: the port is left out when it is the scheme's.
std::string authority(const base::Endpoint& address) {
  if (address.port != kDefaultPort) return address.to_string();
  return address.address.is_v4() ? address.address.to_string()
                                 : '[' + address.address.to_string() + ']';
}

using Headers = std::vector<std::pair<std::string, std::string>>;

Headers default_headers(const model::HttpRequest& request, const base::Endpoint& address) {
  return {{"Host", request.host.empty() ? authority(address) : request.host},
          {"User-Agent", "loadstar"},
          {"Accept", "*/*"},
          {"Connection", "close"}};
}

void append(std::string& text, const Headers& headers) {
  for (const auto& [name, value] : headers) text += name + ": " + value + "\r\n";
}

}  // namespace

std::string render_request(const model::HttpRequest& request, const base::Endpoint& address) {
  Headers defaults = default_headers(request, address);
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
