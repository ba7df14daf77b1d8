#pragma once

#include <string_view>
#include <system_error>

#include "loadstar/base/address.hpp"

namespace loadstar::base {

/// Throws the base::ConfigError for an address that cannot be bound:
/// `cannot listen on 127.0.0.1:53 (udp): address already in use`. `purpose` stands in the
/// parentheses.
[[noreturn]] void throw_bind_error(const Endpoint& endpoint, std::string_view purpose,
                                   std::error_code error);

}  // namespace loadstar::base
