#pragma once
// Rendered records, as the catalog holds them: owner C00C, type, class, TTL, RDLENGTH, RDATA.

#include <cstdint>
#include <span>

#include "loadstar/wire/bytes.hpp"
#include "loadstar/wire/writer.hpp"

namespace loadstar::answer {

inline constexpr std::size_t kFixedSize = 10;  ///< type, class, TTL, RDLENGTH
inline constexpr std::size_t kRenderedHeaderSize = 2 + kFixedSize;

/// One rendered record, and those that stand behind it.
struct RecordView {
  std::span<const std::uint8_t> fixed;
  std::span<const std::uint8_t> rdata;
  std::span<const std::uint8_t> rest;
};

/// `records` is not empty.
[[nodiscard]] inline RecordView first_record(std::span<const std::uint8_t> records) noexcept {
  const std::size_t length = wire::read_u16(records.data() + 10);
  return {records.subspan(2, kFixedSize), records.subspan(kRenderedHeaderSize, length),
          records.subspan(kRenderedHeaderSize + length)};
}

/// Calls `visit` with each record.
template <class Visit>
void for_each_record(std::span<const std::uint8_t> records, Visit visit) noexcept {
  while (!records.empty()) {
    const RecordView view = first_record(records);
    visit(view);
    records = view.rest;
  }
}

/// Writes all of a record but its owner, names in RDATA compressed where that is allowed (RFC
/// 3597 4).
void write_body(wire::Writer& writer, const RecordView& record) noexcept;

}  // namespace loadstar::answer
