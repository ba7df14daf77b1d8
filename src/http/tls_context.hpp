#pragma once

#include <boost/asio/ssl/context.hpp>
#include <memory>

#include "loadstar/http/tls.hpp"

namespace loadstar::http {

using TlsContext = std::shared_ptr<boost::asio::ssl::context>;

// Both throw base::ConfigError when a file cannot be used.

/// TLS 1.2 or 1.3. With roots, a client may show a certificate that they vouch for.
[[nodiscard]] TlsContext server_context(const TlsFiles& files);

/// The server must be vouched for by the roots, the system's unless given.
[[nodiscard]] TlsContext client_context(const TlsFiles& files);

}  // namespace loadstar::http
