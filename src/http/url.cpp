#include "loadstar/http/url.hpp"

#include <fmt/format.h>

#include "loadstar/base/number.hpp"

namespace loadstar::http {
namespace {

constexpr std::string_view kHttp = "http://";
constexpr std::string_view kHttps = "https://";

bool take(std::string_view& text, std::string_view start) {
  if (!text.starts_with(start)) return false;
  text.remove_prefix(start.size());
  return true;
}

bool is_port(std::string_view text) {
  const auto number = base::parse_number<std::uint16_t>(text);
  return number && *number != 0;
}

}  // namespace

std::expected<Url, std::string> Url::parse(std::string_view text) {
  const auto wrong = [&] {
    return std::unexpected(fmt::format("\"{}\" is not a URL such as http://127.0.0.1:8053", text));
  };
  std::string_view rest = text;
  Url url;
  if (take(rest, kHttps))
    url.scheme = Scheme::Https;
  else if (!take(rest, kHttp))
    return wrong();
  while (rest.ends_with('/')) rest.remove_suffix(1);
  const std::size_t colon = rest.rfind(':');
  const bool has_port = colon != std::string_view::npos && colon + 1 > rest.rfind(']') + 1;
  std::string_view host = rest.substr(0, has_port ? colon : rest.size());
  url.port = has_port ? rest.substr(colon + 1) : (url.scheme == Scheme::Https ? "443" : "80");
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (host.empty() || host.find_first_of("/?#@ []") != std::string_view::npos || !is_port(url.port))
    return wrong();
  url.host = host;
  return url;
}

std::string Url::to_string() const {
  return std::string(scheme == Scheme::Https ? kHttps : kHttp) + authority();
}

std::string Url::authority() const {
  const bool is_v6 = host.find(':') != std::string::npos;
  return is_v6 ? fmt::format("[{}]:{}", host, port) : fmt::format("{}:{}", host, port);
}

}  // namespace loadstar::http
