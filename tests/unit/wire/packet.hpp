#pragma once
// Builds messages byte by byte, right or wrong, for the tests of wire.

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "loadstar/wire/name.hpp"

namespace loadstar::wire::test {

using Bytes = std::vector<std::uint8_t>;

inline Bytes to_bytes(std::string_view text) { return {text.begin(), text.end()}; }

inline Name name_of(std::string_view text) { return Name::parse(text, Name()).value(); }

/// The four counts of a header.
struct Counts {
  std::uint16_t questions = 1;
  std::uint16_t answers = 0;
  std::uint16_t authorities = 0;
  std::uint16_t additionals = 0;
};

class Packet {
 public:
  Packet& u8(std::uint8_t value) {
    bytes_.push_back(value);
    return *this;
  }
  Packet& u16(std::uint16_t value) {
    return u8(static_cast<std::uint8_t>(value >> 8)).u8(static_cast<std::uint8_t>(value));
  }
  Packet& u32(std::uint32_t value) {
    return u16(static_cast<std::uint16_t>(value >> 16)).u16(static_cast<std::uint16_t>(value));
  }
  Packet& raw(std::span<const std::uint8_t> data) {
    bytes_.insert(bytes_.end(), data.begin(), data.end());
    return *this;
  }
  Packet& raw(std::initializer_list<std::uint8_t> data) {
    return raw(std::span(data.begin(), data.size()));
  }
  Packet& name(std::string_view text) { return raw(name_of(text).bytes()); }

  Packet& header(std::uint16_t flags, Counts counts = {}) {
    u16(0x1234).u16(flags).u16(counts.questions).u16(counts.answers);
    return u16(counts.authorities).u16(counts.additionals);
  }
  Packet& question(std::string_view text, std::uint16_t type = 1, std::uint16_t klass = 1) {
    return name(text).u16(type).u16(klass);
  }
  /// A record behind an owner name that has been written.
  Packet& record(std::uint16_t type, std::span<const std::uint8_t> rdata = {}) {
    return u16(type).u16(1).u32(60).u16(static_cast<std::uint16_t>(rdata.size())).raw(rdata);
  }
  /// OPT behind its owner name.
  Packet& opt_tail(std::span<const std::uint8_t> rdata = {}, std::uint32_t ttl = 0x8000) {
    return u16(41).u16(1232).u32(ttl).u16(static_cast<std::uint16_t>(rdata.size())).raw(rdata);
  }
  Packet& opt(std::span<const std::uint8_t> rdata = {}, std::uint32_t ttl = 0x8000) {
    return u8(0).opt_tail(rdata, ttl);
  }
  Packet& option(std::uint16_t code, std::span<const std::uint8_t> data = {}) {
    return u16(code).u16(static_cast<std::uint16_t>(data.size())).raw(data);
  }

  [[nodiscard]] const Bytes& bytes() const { return bytes_; }

 private:
  Bytes bytes_;
};

}  // namespace loadstar::wire::test
