#pragma once
// Reads values of a MaxMind data section. libmaxminddb can do that too, but up to 1.12, which is
// what distributions ship, it follows hostile files without a bound: nested arrays overflow the
// stack, pointers to shared arrays multiply without end.

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace loadstar::geo {

/// The types of the MaxMind DB format, version 2, by their numbers. None: no such value, or a
/// broken one.
enum class ValueType : std::uint8_t {
  None = 0,
  Pointer = 1,
  String = 2,
  Double = 3,
  Bytes = 4,
  Uint16 = 5,
  Uint32 = 6,
  Map = 7,
  Int32 = 8,
  Uint64 = 9,
  Uint128 = 10,
  Array = 11,
  Boolean = 14,
  Float = 15,
};

/// One value: its type and where its content is. `size` counts bytes, or the members of a map or
/// array.
struct Value {
  ValueType type = ValueType::None;
  std::uint32_t size = 0;
  std::uint32_t content = 0;
};

/// Reads one record. The first error sticks: from then on every value is None and broken() is true.
/// Work is bounded by kMostValues whatever the bytes say.
class RecordReader {
 public:
  /// A real record has some 100 values.
  static constexpr std::uint32_t kMostValues = 8192;

  /// `section` must outlive the reader and every view that it returns.
  explicit RecordReader(std::span<const std::uint8_t> section) noexcept : section_(section) {}

  /// The value at an offset; a pointer is followed.
  [[nodiscard]] Value at(std::uint32_t offset) noexcept;
  /// The member of a map; None if there is none or this is no map.
  [[nodiscard]] Value find(const Value& map, std::string_view key) noexcept;
  /// The elements of an array, or the keys and values of a map by turns; nothing of other values.
  [[nodiscard]] std::vector<Value> children(const Value& parent);

  /// Empty if the value is not a string.
  [[nodiscard]] std::string_view text(const Value& value) const noexcept;
  /// Of an unsigned integer of up to 64 bits.
  [[nodiscard]] std::optional<std::uint64_t> number(const Value& value) const noexcept;
  /// Of a double or float.
  [[nodiscard]] std::optional<double> real(const Value& value) const noexcept;

  [[nodiscard]] bool broken() const noexcept { return broken_; }

 private:
  /// A value as it stands, with what follows its first bytes; a pointer's size is where it points
  /// to.
  Value read_header(std::uint32_t offset) noexcept;
  std::uint32_t skip(std::uint32_t offset) noexcept;
  Value fail() noexcept;
  [[nodiscard]] std::uint64_t big_endian(std::uint32_t from, std::uint32_t count) const noexcept;
  [[nodiscard]] bool holds(std::uint64_t from, std::uint64_t count) const noexcept {
    return from <= section_.size() && count <= section_.size() - from;
  }

  std::span<const std::uint8_t> section_;
  std::uint32_t values_left_ = kMostValues;
  bool broken_ = false;
};

}  // namespace loadstar::geo
