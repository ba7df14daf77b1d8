#include "record.hpp"

#include <array>
#include <bit>
#include <cmath>

namespace loadstar::geo {
namespace {

constexpr bool is_container(ValueType type) noexcept {
  return type == ValueType::Map || type == ValueType::Array;
}

/// Bytes of content. Booleans keep their value in `size`, containers count members.
constexpr std::uint32_t content_bytes(const Value& value) noexcept {
  return is_container(value.type) || value.type == ValueType::Boolean ? 0 : value.size;
}

constexpr std::uint64_t members(const Value& value) noexcept {
  if (value.type == ValueType::Map) return std::uint64_t{2} * value.size;
  return value.type == ValueType::Array ? value.size : 0;
}

constexpr std::optional<ValueType> known_type(std::uint32_t number) noexcept {
  const bool known = (number >= 1 && number <= 11) || number == 14 || number == 15;
  if (!known) return std::nullopt;
  return static_cast<ValueType>(number);
}

}  // namespace

Value RecordReader::fail() noexcept {
  broken_ = true;
  return {};
}

std::uint64_t RecordReader::big_endian(std::uint32_t from, std::uint32_t count) const noexcept {
  std::uint64_t value = 0;
  for (const std::uint8_t byte : section_.subspan(from, count)) value = value << 8 | byte;
  return value;
}

// The control byte: type in three bits (0: the next byte plus 7), then the size, which above 28
// goes on in 1 to 3 more bytes.
Value RecordReader::read_header(std::uint32_t offset) noexcept {
  if (broken_ || values_left_ == 0 || !holds(offset, 1)) return fail();
  --values_left_;
  const std::uint32_t control = section_[offset++];
  std::uint32_t type_number = control >> 5;

  if (type_number == static_cast<std::uint32_t>(ValueType::Pointer)) {
    static constexpr std::array<std::uint64_t, 4> kBias{0, 2048, 526336, 0};
    const std::uint32_t bytes = (control >> 3 & 3) + 1;
    if (!holds(offset, bytes)) return fail();
    const std::uint64_t high = bytes == 4 ? 0 : std::uint64_t{control & 7} << (8 * bytes);
    const std::uint64_t target = (high | big_endian(offset, bytes)) + kBias[bytes - 1];
    return {ValueType::Pointer, static_cast<std::uint32_t>(target), offset + bytes};
  }

  if (type_number == 0) {
    if (!holds(offset, 1)) return fail();
    type_number = section_[offset++] + 7U;
  }
  const auto type = known_type(type_number);
  if (!type || type_number == 1) return fail();
  std::uint32_t size = control & 31;
  if (size > 28) {
    static constexpr std::array<std::uint32_t, 3> kBias{29, 285, 65821};
    const std::uint32_t bytes = size - 28;
    if (!holds(offset, bytes)) return fail();
    size = static_cast<std::uint32_t>(big_endian(offset, bytes)) + kBias[bytes - 1];
    offset += bytes;
  }
  const Value value{*type, size, offset};
  if (!holds(offset, content_bytes(value))) return fail();
  return value;
}

Value RecordReader::at(std::uint32_t offset) noexcept {
  const Value value = read_header(offset);
  if (value.type != ValueType::Pointer) return value;
  const Value target = read_header(value.size);
  // The format forbids a pointer to a pointer, which is how a cycle without an end would look.
  return target.type == ValueType::Pointer ? fail() : target;
}

std::uint32_t RecordReader::skip(std::uint32_t offset) noexcept {
  for (std::uint64_t pending = 1; pending > 0; --pending) {
    const Value value = read_header(offset);
    if (broken_) return offset;
    offset = value.content;
    if (value.type != ValueType::Pointer) offset += content_bytes(value);
    pending += members(value);
  }
  return offset;
}

Value RecordReader::find(const Value& map, std::string_view key) noexcept {
  if (map.type != ValueType::Map) return {};
  std::uint32_t offset = map.content;
  for (std::uint32_t i = 0; i < map.size && !broken_; ++i) {
    const bool found = text(at(offset)) == key;
    offset = skip(offset);
    if (found) return at(offset);
    offset = skip(offset);
  }
  return {};
}

std::vector<Value> RecordReader::children(const Value& parent) {
  std::vector<Value> result;
  std::uint32_t offset = parent.content;
  for (std::uint64_t i = 0; i < members(parent) && !broken_; ++i) {
    result.push_back(at(offset));
    offset = skip(offset);
  }
  return result;
}

std::string_view RecordReader::text(const Value& value) const noexcept {
  if (value.type != ValueType::String) return {};
  const auto bytes = section_.subspan(value.content, value.size);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::optional<std::uint64_t> RecordReader::number(const Value& value) const noexcept {
  const bool integer = value.type == ValueType::Uint16 || value.type == ValueType::Uint32 ||
                       value.type == ValueType::Uint64;
  if (!integer || value.size > 8) return std::nullopt;
  return big_endian(value.content, value.size);
}

std::optional<double> RecordReader::real(const Value& value) const noexcept {
  if (value.type == ValueType::Double && value.size == 8) {
    return std::bit_cast<double>(big_endian(value.content, 8));
  }
  if (value.type == ValueType::Float && value.size == 4) {
    return std::bit_cast<float>(static_cast<std::uint32_t>(big_endian(value.content, 4)));
  }
  return std::nullopt;
}

}  // namespace loadstar::geo
