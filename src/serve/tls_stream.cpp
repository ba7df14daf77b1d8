#include "tls_stream.hpp"

#include <new>
#include <openssl/err.h>

#include "stream_bio.hpp"

namespace loadstar::serve {

TlsStream::TlsStream(int fd, SSL_CTX* context, TcpCounters& counters)
    : socket_(fd), counters_(counters), connection_(::SSL_new(context)) {
  BIO* const bio = connection_ ? make_stream_bio(socket_) : nullptr;
  if (bio == nullptr) throw std::bad_alloc();
  ::SSL_set_bio(connection_.get(), bio, bio);
  ::SSL_set_accept_state(connection_.get());
}

Transfer TlsStream::read(std::span<std::uint8_t> room) noexcept {
  std::size_t moved = 0;
  ::ERR_clear_error();
  while (!is_broken_ && moved < room.size()) {
    std::size_t size = 0;
    const auto rest = room.subspan(moved);
    if (::SSL_read_ex(connection_.get(), rest.data(), rest.size(), &size) != 1) break;
    moved += size;
  }
  note_handshake();
  return result(moved);
}

Transfer TlsStream::write(std::span<const std::uint8_t> bytes) noexcept {
  std::size_t moved = 0;
  ::ERR_clear_error();
  while (!is_broken_ && moved < bytes.size()) {
    std::size_t size = 0;
    const auto rest = bytes.subspan(moved);
    if (::SSL_write_ex(connection_.get(), rest.data(), rest.size(), &size) != 1) break;
    moved += size;
  }
  return result(moved);
}

/// What came first is told first: an error after some bytes comes again with the next call.
Transfer TlsStream::result(std::size_t moved) noexcept {
  if (moved > 0) return {Flow::Moved, moved};
  if (is_broken_) return {Flow::Broken};
  switch (::SSL_get_error(connection_.get(), 0)) {
    case SSL_ERROR_WANT_READ: return {Flow::WantRead};
    case SSL_ERROR_WANT_WRITE: return {Flow::WantWrite};
    case SSL_ERROR_ZERO_RETURN: return {Flow::Ended};
    default: is_broken_ = true; return {Flow::Broken};
  }
}

void TlsStream::note_handshake() noexcept {
  if (is_established_ || ::SSL_is_init_finished(connection_.get()) == 0) return;
  is_established_ = true;
  counters_.tls_handshakes.add();
  if (::SSL_session_reused(connection_.get()) == 1) counters_.tls_resumed.add();
}

bool TlsStream::has_buffered() const noexcept { return ::SSL_pending(connection_.get()) > 0; }

void TlsStream::end() noexcept {
  if (!is_broken_ && is_established_) ::SSL_shutdown(connection_.get());
  ::ERR_clear_error();
}

}  // namespace loadstar::serve
