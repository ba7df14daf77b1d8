#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "loadstar/wire/message.hpp"

#include "draft.hpp"

namespace loadstar::answer {

/// Answers TXT queries of class CHAOS for `id.server` and `hostname.bind` (RFC 4892) with the
/// identity; refuses all else, and everything when there is no identity to tell. The version is
/// never told.
void answer_chaos(std::span<const std::uint8_t> message, const wire::Query& query,
                  std::string_view identity, Draft& draft) noexcept;

}  // namespace loadstar::answer
