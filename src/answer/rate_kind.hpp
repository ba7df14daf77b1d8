#pragma once

#include <cstdint>

#include "loadstar/answer/responder.hpp"
#include "loadstar/zone/catalog.hpp"

namespace loadstar::answer {

/// What counts together against the rate limit: answers of one name, cut or wildcard; negative
/// answers of one zone; errors. `matched` is what the question met; null: nothing of ours.
[[nodiscard]] inline std::uint64_t rate_kind(const zone::NameRecord* matched,
                                             Reason reason) noexcept {
  constexpr std::uint64_t kNegative = 1;
  constexpr std::uint64_t kError = 2;
  if (matched == nullptr) return kError;
  switch (reason) {
    case Reason::NoData:
    case Reason::NxDomain: return kNegative | std::uint64_t{matched->zone()} << 2;
    case Reason::Refused:
    case Reason::ServFail: return kError;
    default: return reinterpret_cast<std::uintptr_t>(matched) << 2;
  }
}

}  // namespace loadstar::answer
