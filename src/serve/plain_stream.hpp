#pragma once

#include "stream.hpp"

namespace loadstar::serve {

/// The socket's own bytes.
class PlainStream final : public Stream {
 public:
  explicit PlainStream(int fd) noexcept : fd_(fd) {}

  [[nodiscard]] Transfer read(std::span<std::uint8_t> room) noexcept override;
  [[nodiscard]] Transfer write(std::span<const std::uint8_t> bytes) noexcept override;
  [[nodiscard]] bool has_buffered() const noexcept override { return false; }
  [[nodiscard]] bool is_established() const noexcept override { return true; }
  void end() noexcept override {}

 private:
  int fd_;
};

}  // namespace loadstar::serve
