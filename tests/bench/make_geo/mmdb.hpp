#pragma once
// Writes MaxMind DB files (format 2.0) that are too large for the Perl library to make in the time
// of a cup of tea: a binary tree of networks, the records that its leaves name, and what describes
// both.

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace loadstar::bench {

/// Values as the data section holds them, one after another.
class MmdbData {
 public:
  MmdbData& map(std::size_t pairs) { return head(kMap, pairs); }
  MmdbData& array(std::size_t values) { return head(kArray, values); }
  MmdbData& text(std::string_view value);
  MmdbData& number(double value);
  MmdbData& u16(std::uint16_t value) { return integer(kU16, value, 2); }
  MmdbData& u32(std::uint32_t value) { return integer(kU32, value, 4); }
  MmdbData& u64(std::uint64_t value) { return integer(kU64, value, 8); }

  [[nodiscard]] const std::string& bytes() const noexcept { return bytes_; }

 private:
  enum Type : std::uint8_t {
    kText = 2,
    kDouble = 3,
    kU16 = 5,
    kU32 = 6,
    kMap = 7,
    kU64 = 9,
    kArray = 11
  };
  MmdbData& head(Type type, std::size_t size);
  MmdbData& integer(Type type, std::uint64_t value, unsigned width);

  std::string bytes_;
};

/// Where a bit of an address leads: to a node, to a record, nowhere.
class MmdbLink {
 public:
  MmdbLink() = default;
  static MmdbLink node(std::size_t index) { return MmdbLink(static_cast<std::uint32_t>(index)); }
  static MmdbLink record(std::size_t offset) {
    return MmdbLink(static_cast<std::uint32_t>(offset) | kRecord);
  }
  [[nodiscard]] bool is_node() const { return value_ < kRecord; }
  [[nodiscard]] std::uint32_t index() const { return value_; }
  /// As the file has it.
  [[nodiscard]] std::uint32_t encoded(std::size_t nodes) const {
    const auto count = static_cast<std::uint32_t>(nodes);
    if (value_ == kNowhere) return count;
    return is_node() ? value_ : (value_ & ~kRecord) + count + 16;
  }

 private:
  static constexpr std::uint32_t kRecord = 1U << 31;
  static constexpr std::uint32_t kNowhere = ~0U;
  explicit MmdbLink(std::uint32_t value) : value_(value) {}
  std::uint32_t value_ = kNowhere;
};

class MmdbFile {
 public:
  MmdbFile() : nodes_(1) {}

  MmdbData data;

  [[nodiscard]] MmdbLink make_node(MmdbLink zero, MmdbLink one) {
    nodes_.push_back({zero, one});
    return MmdbLink::node(nodes_.size() - 1);
  }
  /// Puts what is grown at a network, of which nothing else stands in the way.
  void graft(const std::array<std::uint8_t, 16>& network, unsigned length, MmdbLink what);

  [[nodiscard]] std::size_t nodes() const noexcept { return nodes_.size(); }
  void write(const std::filesystem::path& file, const std::string& type) const;

 private:
  using Node = std::array<MmdbLink, 2>;
  std::vector<Node> nodes_;  // the first is the root
};

}  // namespace loadstar::bench
