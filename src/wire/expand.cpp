#include "loadstar/wire/expand.hpp"

#include <array>
#include <cstring>

#include "loadstar/wire/bytes.hpp"

namespace loadstar::wire {
namespace {

constexpr std::uint8_t kPointer = 0xc0;
constexpr std::uint16_t kOffsetBits = 0x3fff;

}  // namespace

std::optional<ExpandedName> expand_name(std::span<const std::uint8_t> message,
                                        std::size_t at) noexcept {
  std::array<std::uint8_t, kMaxNameLength> bytes;
  std::size_t length = 0;
  std::size_t end = 0;
  std::size_t limit = at;  // of the next pointer's target
  for (;;) {
    if (at >= message.size()) return std::nullopt;
    const std::size_t label = message[at];
    if (label >= kPointer) {
      if (message.size() - at < 2) return std::nullopt;
      if (end == 0) end = at + 2;
      const std::size_t target = read_u16(&message[at]) & kOffsetBits;
      if (target >= limit) return std::nullopt;
      limit = at = target;
      continue;
    }
    const std::size_t size = label + 1;
    if (label > kMaxLabelLength || size > message.size() - at || size > bytes.size() - length)
      return std::nullopt;
    std::memcpy(bytes.data() + length, &message[at], size);
    length += size;
    at += size;
    if (label == 0) break;
  }
  return ExpandedName{*Name::from_wire(std::span(bytes).first(length)), end == 0 ? at : end};
}

}  // namespace loadstar::wire
