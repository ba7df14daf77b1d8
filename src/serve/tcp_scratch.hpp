#pragma once

#include <array>
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
  TcpScratch();

  std::vector<std::uint8_t> input;  ///< as large as TcpInput::room() can be

  [[nodiscard]] std::span<const std::uint8_t> output() const noexcept {
    return {output_.get(), output_size_};
  }
  [[nodiscard]] bool output_full() const noexcept { return output_size_ >= kOutputTarget; }
  void clear_output() noexcept { output_size_ = 0; }

  /// Who asks.
  struct Client {
    const base::Address& address;
    answer::Transport transport;
  };
  /// What has been answered.
  struct Answered {
    std::size_t messages = 0;
    std::size_t bytes = 0;                             ///< received, with their lengths
    std::unique_ptr<answer::ZoneTransfer> transfer{};  ///< the last answer, to go on with
  };
  /// Appends the answers to the first messages received, each with its length first; nothing for
  /// a message that has none. Not when output_full().
  [[nodiscard]] Answered answer(std::span<const std::uint8_t> received, const Client& client,
                                answer::Responder& responder) noexcept;
  /// Appends the next message of a transfer; false when it is over. Not when output_full().
  [[nodiscard]] bool go_on(answer::ZoneTransfer& transfer, std::uint64_t unix_seconds);

 private:
  /// Messages answered together. More would hardly be faster, and each may make 64 KiB of output
  /// that a client need not read.
  static constexpr std::size_t kBatch = 8;
  static_assert(kBatch <= answer::kMostAtOnce);
  // An odd number of cache lines: at a power of two all headers would fall into the same cache
  // sets.
  static constexpr std::size_t kStride = kMaxMessage + 1 + 64;
  static constexpr std::size_t kMostOutput = kOutputTarget + kBatch * (kLengthSize + kMaxMessage);

  [[nodiscard]] std::span<std::uint8_t> room(std::size_t index) noexcept {
    return {&rooms_[index * kStride], kMaxMessage};
  }
  [[nodiscard]] std::size_t take(std::span<const std::uint8_t> received,
                                 const Client& client) noexcept;
  void append(std::span<const std::uint8_t> message) noexcept;

  // Not cleared: what is not used takes no memory.
  std::unique_ptr<std::uint8_t[]> rooms_;
  std::unique_ptr<std::uint8_t[]> output_;
  std::size_t output_size_ = 0;
  std::array<answer::Exchange, kBatch> exchanges_{};
  std::array<answer::Reply, kBatch> replies_{};
};

}  // namespace loadstar::serve
