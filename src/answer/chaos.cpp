#include "chaos.hpp"

#include <algorithm>
#include <array>

#include "loadstar/wire/name.hpp"

namespace loadstar::answer {
namespace {

using namespace std::string_view_literals;

constexpr auto kIdentityNames = std::to_array({"\2id\6server\0"sv, "\10hostname\4bind\0"sv});
constexpr std::size_t kMaxTxtString = 255;

bool asks_identity(std::span<const std::uint8_t> name) noexcept {
  std::array<std::uint8_t, wire::kLoweredRoom> lowered;
  wire::lower_name(name.data(), name.size(), lowered.data());
  const std::string_view text(reinterpret_cast<const char*>(lowered.data()), name.size());
  return std::ranges::find(kIdentityNames, text) != kIdentityNames.end();
}

}  // namespace

void answer_chaos(std::span<const std::uint8_t> message, const wire::Query& query,
                  std::string_view identity, Draft& draft) noexcept {
  const bool text = query.type == wire::type::kTxt || query.type == wire::type::kAny;
  const auto name = message.subspan(wire::kHeaderSize, query.name_length);
  if (!text || identity.empty() || !asks_identity(name))
    return draft.fail(wire::Rcode::Refused, Reason::Refused);
  const std::string_view told = identity.substr(0, kMaxTxtString);
  draft.writer.u16(0xc000 | wire::kHeaderSize);
  draft.writer.u16(wire::type::kTxt);
  draft.writer.u16(wire::klass::kChaos);
  draft.writer.u32(0);
  draft.writer.u16(static_cast<std::uint16_t>(told.size() + 1));
  draft.writer.u8(static_cast<std::uint8_t>(told.size()));
  draft.writer.bytes({reinterpret_cast<const std::uint8_t*>(told.data()), told.size()});
  draft.count(Section::Answer, 1);
}

}  // namespace loadstar::answer
