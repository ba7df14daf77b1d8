#include "loadstar/serve/tcp_input.hpp"

#include "loadstar/wire/bytes.hpp"
#include "loadstar/wire/message.hpp"

namespace loadstar::serve {

std::expected<std::span<const std::uint8_t>, FrameError> first_message(
    std::span<const std::uint8_t> input) noexcept {
  if (input.size() < kLengthSize) return std::unexpected(FrameError::Incomplete);
  const std::size_t length = wire::read_u16(input.data());
  if (length < wire::kHeaderSize) return std::unexpected(FrameError::BadLength);
  if (length > input.size() - kLengthSize) return std::unexpected(FrameError::Incomplete);
  return input.subspan(kLengthSize, length);
}

}  // namespace loadstar::serve
