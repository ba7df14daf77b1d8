#pragma once

#include <filesystem>
#include <vector>

#include "loadstar/base/diagnostic.hpp"
#include "loadstar/base/siphash.hpp"

namespace loadstar::model {

/// Reads the secrets of DNS cookies: one a line in 32 hexadecimal digits, at most 8, lines that are
/// empty or start with "#" apart. The first makes cookies, all are accepted, so that a secret can
/// be exchanged on all servers of an address one after another (RFC 9018 5). What is wrong goes to
/// `diagnostics`; then the result is empty.
[[nodiscard]] std::vector<base::SipKey> read_cookie_secrets(const std::filesystem::path& file,
                                                            base::Diagnostics& diagnostics);

}  // namespace loadstar::model
