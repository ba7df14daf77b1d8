#pragma once

#include <memory>
#include <openssl/ssl.h>

#include "counters.hpp"
#include "plain_stream.hpp"
#include "stream.hpp"

namespace loadstar::serve {

/// DNS within TLS (RFC 7858). Messages and TLS records need not end together: a read gathers all
/// records that have arrived.
class TlsStream final : public Stream {
 public:
  /// The handshake happens within the first reads. Throws std::bad_alloc.
  TlsStream(int fd, SSL_CTX* context, TcpCounters& counters);

  [[nodiscard]] Transfer read(std::span<std::uint8_t> room) noexcept override;
  [[nodiscard]] Transfer write(std::span<const std::uint8_t> bytes) noexcept override;
  [[nodiscard]] bool has_buffered() const noexcept override;
  [[nodiscard]] bool is_established() const noexcept override { return is_established_; }
  void end() noexcept override;

 private:
  struct Free {
    void operator()(SSL* connection) const noexcept { ::SSL_free(connection); }
  };

  [[nodiscard]] Transfer result(std::size_t moved) noexcept;
  void note_handshake() noexcept;

  PlainStream socket_;
  TcpCounters& counters_;
  std::unique_ptr<SSL, Free> connection_;
  bool is_established_ = false;
  bool is_broken_ = false;  // then OpenSSL must not be asked again
};

}  // namespace loadstar::serve
