#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "loadstar/wire/name.hpp"

namespace loadstar::wire {

struct ExpandedName {
  Name name;
  std::size_t end = 0;  ///< offset behind it in the message
};

/// The name at `at`, which may end in compression pointers (RFC 1035 4.1.4); nullopt when it is not
/// valid. Each pointer must lead to before the one that led there, so that none is followed twice.
[[nodiscard]] std::optional<ExpandedName> expand_name(std::span<const std::uint8_t> message,
                                                      std::size_t at) noexcept;

}  // namespace loadstar::wire
