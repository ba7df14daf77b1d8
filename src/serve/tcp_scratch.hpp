#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "loadstar/answer/responder.hpp"
#include "loadstar/serve/tcp_input.hpp"

namespace loadstar::serve {

/// Answers are sent when this much has come together.
inline constexpr std::size_t kOutputTarget = 64 * 1024;

/// Buffers that the connections of a worker take turns with, so that a connection needs memory of
/// its own only while a message is incomplete or its peer does not read.
class TcpScratch {
 public:
  TcpScratch() : input(TcpInput::kMost), output_(kOutputTarget + kLengthSize + kMaxMessage) {}

  std::vector<std::uint8_t> input;  ///< as large as TcpInput::room() can be

  [[nodiscard]] std::span<const std::uint8_t> output() const noexcept {
    return {output_.data(), output_size_};
  }
  [[nodiscard]] bool output_full() const noexcept { return output_size_ >= kOutputTarget; }
  void clear_output() noexcept { output_size_ = 0; }

  /// Appends the answer to one message, length first; nothing when there is none. When the answer
  /// is a transfer it is returned, to go on with. Not when output_full().
  [[nodiscard]] std::unique_ptr<answer::ZoneTransfer> answer(std::span<const std::uint8_t> query,
                                                             const base::Address& client,
                                                             answer::Transport transport,
                                                             answer::Responder& responder) noexcept;
  /// Appends the next message of a transfer; false when it is over. Not when output_full().
  [[nodiscard]] bool go_on(answer::ZoneTransfer& transfer, std::uint64_t unix_seconds);

 private:
  [[nodiscard]] std::span<std::uint8_t> next_message() noexcept;
  void append(std::size_t message_size) noexcept;

  std::vector<std::uint8_t> output_;
  std::size_t output_size_ = 0;
};

}  // namespace loadstar::serve
