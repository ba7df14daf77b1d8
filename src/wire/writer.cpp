#include "loadstar/wire/writer.hpp"

#include <algorithm>

#include "loadstar/wire/name.hpp"

namespace loadstar::wire {
namespace {

constexpr std::uint16_t kPointerBits = 0xc000;

/// Where the labels of a name begin, without the root's.
class LabelStarts {
 public:
  explicit LabelStarts(std::span<const std::uint8_t> name) noexcept {
    for (std::size_t at = 0; name[at] != 0; at += name[at] + 1U) {
      starts_[count_++] = static_cast<std::uint8_t>(at);
    }
  }
  [[nodiscard]] std::size_t count() const noexcept { return count_; }
  [[nodiscard]] std::size_t operator[](std::size_t i) const noexcept { return starts_[i]; }

 private:
  std::array<std::uint8_t, kMaxLabels> starts_;
  std::size_t count_ = 0;
};

/// Both begin with the length byte, which has no case.
bool equal_labels(const std::uint8_t* a, const std::uint8_t* b) noexcept {
  return *a == *b && std::equal(a + 1, a + 1 + *a, b + 1, [](std::uint8_t x, std::uint8_t y) {
    return lower_byte(x) == lower_byte(y);
  });
}

}  // namespace

CompressionTable::Match CompressionTable::find(std::span<const std::uint8_t> message,
                                               std::span<const std::uint8_t> name) const noexcept {
  const auto child_of = [&](std::uint8_t parent, const std::uint8_t* label) {
    for (std::uint8_t i = 0; i < size_; ++i) {
      if (suffixes_[i].parent != parent) continue;
      if (equal_labels(&message[suffixes_[i].offset], label)) return i;
    }
    return kRoot;
  };

  const LabelStarts starts(name);
  Match match{name.size() - 1, kRoot};
  for (std::size_t i = starts.count(); i > 0; --i) {
    const std::uint8_t child = child_of(match.node, &name[starts[i - 1]]);
    if (child == kRoot) break;
    match = {starts[i - 1], child};
  }
  return match;
}

void CompressionTable::add(std::span<const std::uint8_t> name, Match match,
                           std::size_t offset) noexcept {
  const LabelStarts starts(name);
  for (std::size_t i = starts.count(); i > 0; --i) {
    const std::size_t start = starts[i - 1];
    if (start >= match.begin) continue;
    if (size_ == kMost || offset + start >= kPointerLimit) return;
    suffixes_[size_] = {static_cast<std::uint16_t>(offset + start), match.node};
    match.node = size_++;
  }
}

void Writer::name(std::span<const std::uint8_t> wire_name) noexcept {
  const auto match = table_.find(buffer_, wire_name);
  const std::size_t offset = size_;
  bytes(wire_name.first(match.begin));
  if (match.node == CompressionTable::kRoot)
    u8(0);
  else
    u16(kPointerBits | table_.offset_of(match.node));
  if (ok()) table_.add(wire_name, match, offset);
}

void Writer::remember(std::size_t offset_of_name) noexcept {
  if (offset_of_name >= size_) return;
  const auto written = buffer_.first(size_).subspan(offset_of_name);
  const std::size_t length = name_length(written);
  if (length == 0) return;
  const auto found = written.first(length);
  table_.add(found, table_.find(buffer_, found), offset_of_name);
}

}  // namespace loadstar::wire
