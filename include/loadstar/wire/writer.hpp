#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "loadstar/wire/bytes.hpp"

namespace loadstar::wire {

/// Names that later names of a message can point to (RFC 1035 4.1.4): a tree of labels grown from
/// the root, at most kMost of them. Holds offsets, not bytes: the message must be given to each
/// call.
class CompressionTable {
 public:
  static constexpr std::size_t kMost = 128;             ///< the longest name fits (127 labels)
  static constexpr std::size_t kPointerLimit = 0x4000;  ///< a pointer has 14 bits

  /// A node of the tree: the name that starts with the label at `offset` and goes on as `parent`.
  struct Suffix {
    std::uint16_t offset;
    std::uint8_t parent;
  };
  static constexpr std::uint8_t kRoot = 0xff;

  /// The longest end of a name that is in the table: where it begins in the name, and its node
  /// (kRoot: only the root byte).
  struct Match {
    std::size_t begin;
    std::uint8_t node;
  };

  /// `name` is a valid uncompressed name. Labels match without regard to case (RFC 4343 4).
  [[nodiscard]] Match find(std::span<const std::uint8_t> message,
                           std::span<const std::uint8_t> name) const noexcept;

  /// Adds the labels of `name` before `match`, which stand in the message from `offset` on; stops
  /// when the table is full or a label is out of a pointer's reach.
  void add(std::span<const std::uint8_t> name, Match match, std::size_t offset) noexcept;

  [[nodiscard]] std::uint16_t offset_of(std::uint8_t node) const noexcept {
    return suffixes_[node].offset;
  }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  /// Forgets all but the first `size` labels.
  void shrink(std::size_t size) noexcept { size_ = static_cast<std::uint8_t>(size); }

 private:
  std::array<Suffix, kMost> suffixes_;  // not cleared: what lies behind size_ is never read
  std::uint8_t size_ = 0;
};

/// A cursor that writes a message into a caller's buffer and never past its end. The first thing
/// that does not fit makes it fail; from then on it writes nothing, so that only the end of a
/// record, or of a whole RRset, needs to be checked. Allocates nothing.
class Writer {
 public:
  /// `buffer` must outlive the writer; its first `start` bytes are there already. Reserve room at
  /// the end (for OPT) by passing a shorter buffer.
  Writer(std::span<std::uint8_t> buffer, std::size_t start) noexcept
      : buffer_(buffer), size_(std::min(start, buffer.size())), failed_(start > buffer.size()) {}

  [[nodiscard]] bool ok() const noexcept { return !failed_; }
  /// Bytes of the message so far, those before `start` included.
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] std::size_t room() const noexcept { return buffer_.size() - size_; }

  void u8(std::uint8_t value) noexcept {
    if (auto* at = take(1)) *at = value;
  }
  void u16(std::uint16_t value) noexcept {
    if (auto* at = take(2)) write_u16(at, value);
  }
  void u32(std::uint32_t value) noexcept {
    if (auto* at = take(4)) write_u32(at, value);
  }
  void bytes(std::span<const std::uint8_t> data) noexcept {
    auto* at = take(data.size());
    if (at != nullptr && !data.empty()) std::memcpy(at, data.data(), data.size());
  }
  /// Overwrites two bytes that have been written: an RDLENGTH or a count. Nothing when they have
  /// not.
  void patch_u16(std::size_t offset, std::uint16_t value) noexcept {
    if (offset + 2 <= size_) write_u16(&buffer_[offset], value);
  }

  /// Writes a valid uncompressed name, its end as a pointer to an earlier name where one is
  /// remembered, and remembers it. The bytes that are written keep their case; those behind the
  /// pointer have the case of the earlier name.
  void name(std::span<const std::uint8_t> wire_name) noexcept;
  /// For RDATA of types younger than RFC 1035 (RFC 3597 4). Not remembered.
  void name_uncompressed(std::span<const std::uint8_t> wire_name) noexcept { bytes(wire_name); }
  /// Makes the uncompressed name that stands at the offset, such as the question's at 12, known as
  /// a target of pointers. Nothing when there is no valid name.
  void remember(std::size_t offset_of_name) noexcept;

  /// A place to come back to.
  struct Mark {
    std::size_t size;
    std::size_t remembered;
    bool failed;
  };
  [[nodiscard]] Mark mark() const noexcept { return {size_, table_.size(), failed_}; }
  /// Takes back everything since the mark: bytes, remembered names and the failure.
  void rewind(const Mark& mark) noexcept {
    size_ = mark.size;
    table_.shrink(mark.remembered);
    failed_ = mark.failed;
  }

 private:
  /// The place of the next `count` bytes, or null.
  std::uint8_t* take(std::size_t count) noexcept {
    if (failed_ || count > room()) {
      failed_ = true;
      return nullptr;
    }
    std::uint8_t* at = buffer_.data() + size_;
    size_ += count;
    return at;
  }

  std::span<std::uint8_t> buffer_;
  std::size_t size_;
  bool failed_;
  CompressionTable table_;
};

}  // namespace loadstar::wire
