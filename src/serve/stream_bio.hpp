#pragma once

#include <openssl/bio.h>

#include "stream.hpp"

namespace loadstar::serve {

/// What OpenSSL reads from and writes to: the stream, which must outlive it. Unlike OpenSSL's own
/// for sockets it raises no SIGPIPE. Null when memory is out.
[[nodiscard]] BIO* make_stream_bio(Stream& stream) noexcept;

}  // namespace loadstar::serve
