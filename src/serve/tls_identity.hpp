#pragma once
// Who the server is over TLS, and by which rules it speaks.

#include <chrono>
#include <memory>
#include <openssl/ssl.h>

#include "loadstar/serve/server.hpp"
#include "loadstar/serve/ticket_keys.hpp"

namespace loadstar::serve {

/// A certificate with its key, and the rules for all connections: TLS 1.2 and 1.3, ALPN "dot" (RFC
/// 7858 3.1, RFC 7301), tickets. Immutable; connections keep what they need of it.
class TlsIdentity {
 public:
  /// Reads the files. Throws base::ConfigError that names the one that is wrong. The keys must
  /// outlive all connections.
  TlsIdentity(const TlsFiles& files, TicketKeys& keys);

  [[nodiscard]] SSL_CTX* context() const noexcept { return context_.get(); }
  /// When the certificate ends.
  [[nodiscard]] std::chrono::system_clock::time_point expires() const noexcept { return expires_; }

 private:
  struct Free {
    void operator()(SSL_CTX* context) const noexcept { ::SSL_CTX_free(context); }
  };

  std::unique_ptr<SSL_CTX, Free> context_;
  std::chrono::system_clock::time_point expires_;
};

}  // namespace loadstar::serve
