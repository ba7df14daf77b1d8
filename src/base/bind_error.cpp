#include "loadstar/base/bind_error.hpp"

#include <cctype>
#include <fmt/format.h>

#include "loadstar/base/diagnostic.hpp"

namespace loadstar::base {

void throw_bind_error(const Endpoint& endpoint, std::string_view purpose, std::error_code error) {
  std::string reason = error.message();
  if (!reason.empty()) {
    reason[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(reason[0])));
  }
  if (error == std::errc::permission_denied) {
    reason += "; a port below 1024 needs root or CAP_NET_BIND_SERVICE";
  }
  throw ConfigError(
      fmt::format("cannot listen on {} ({}): {}", endpoint.to_string(), purpose, reason));
}

}  // namespace loadstar::base
