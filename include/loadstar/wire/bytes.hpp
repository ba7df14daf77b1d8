#pragma once
// Bytes and numbers as they stand in messages: big-endian (RFC 1035 2.3.2). The caller has checked
// that the bytes are there.

#include <bit>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <span>

namespace loadstar::wire {

template <std::unsigned_integral Number>
[[nodiscard]] inline Number read_number(const std::uint8_t* at) noexcept {
  Number value{};
  std::memcpy(&value, at, sizeof value);
  return std::endian::native == std::endian::little ? std::byteswap(value) : value;
}
template <std::unsigned_integral Number>
inline void write_number(std::uint8_t* at, Number value) noexcept {
  if constexpr (std::endian::native == std::endian::little) value = std::byteswap(value);
  std::memcpy(at, &value, sizeof value);
}

[[nodiscard]] inline std::uint16_t read_u16(const std::uint8_t* at) noexcept {
  return read_number<std::uint16_t>(at);
}
[[nodiscard]] inline std::uint32_t read_u32(const std::uint8_t* at) noexcept {
  return read_number<std::uint32_t>(at);
}
[[nodiscard]] inline std::uint64_t read_u64(const std::uint8_t* at) noexcept {
  return read_number<std::uint64_t>(at);
}
inline void write_u16(std::uint8_t* at, std::uint16_t value) noexcept { write_number(at, value); }
inline void write_u32(std::uint8_t* at, std::uint32_t value) noexcept { write_number(at, value); }

/// Returns where the copy ends. (libstdc++ 12 copies one byte at a time in std::ranges::copy.)
inline std::uint8_t* write_bytes(std::uint8_t* at, std::span<const std::uint8_t> bytes) noexcept {
  if (!bytes.empty()) std::memcpy(at, bytes.data(), bytes.size());
  return at + bytes.size();
}

}  // namespace loadstar::wire
