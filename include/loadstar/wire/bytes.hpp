#pragma once
// Numbers as they stand in messages: big-endian (RFC 1035 2.3.2).

#include <cstdint>

namespace loadstar::wire {

/// The caller has checked that the bytes are there; so for all four.
[[nodiscard]] inline std::uint16_t read_u16(const std::uint8_t* at) noexcept {
  return static_cast<std::uint16_t>(at[0] << 8 | at[1]);
}
[[nodiscard]] inline std::uint32_t read_u32(const std::uint8_t* at) noexcept {
  return static_cast<std::uint32_t>(at[0]) << 24 | static_cast<std::uint32_t>(at[1]) << 16 |
         static_cast<std::uint32_t>(at[2]) << 8 | at[3];
}
inline void write_u16(std::uint8_t* at, std::uint16_t value) noexcept {
  at[0] = static_cast<std::uint8_t>(value >> 8);
  at[1] = static_cast<std::uint8_t>(value);
}
inline void write_u32(std::uint8_t* at, std::uint32_t value) noexcept {
  write_u16(at, static_cast<std::uint16_t>(value >> 16));
  write_u16(at + 2, static_cast<std::uint16_t>(value));
}

}  // namespace loadstar::wire
