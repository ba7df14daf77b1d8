#include "mmdb.hpp"

#include <bit>
#include <fstream>
#include <stdexcept>

namespace loadstar::bench {
namespace {

constexpr std::uint64_t kEpoch = 1'735'689'600;  // 2025-01-01, as geoip/build.pl has it
constexpr unsigned kRecordBits = 28;
constexpr std::size_t kMostNodes = std::size_t{1} << (kRecordBits - 1);

char byte_of(std::uint64_t value, unsigned index) {
  return static_cast<char>(value >> (8 * index));
}

/// Two links of 28 bits: the middle byte has the highest four bits of each.
void append_node(std::string& bytes, std::uint32_t zero, std::uint32_t one) {
  const auto middle = static_cast<char>((zero >> 24) << 4 | one >> 24);
  bytes += {byte_of(zero, 2), byte_of(zero, 1), byte_of(zero, 0), middle,
            byte_of(one, 2),  byte_of(one, 1),  byte_of(one, 0)};
}

}  // namespace

MmdbData& MmdbData::head(Type type, std::size_t size) {
  constexpr std::size_t kInline = 28;
  const std::size_t short_size = size <= kInline ? size : kInline + 1;
  const unsigned shown = type <= kMap ? type : 0;
  bytes_ += static_cast<char>(shown << 5 | short_size);
  if (type > kMap) bytes_ += static_cast<char>(type - kMap);
  if (size > kInline) bytes_ += static_cast<char>(size - kInline - 1);
  return *this;
}

MmdbData& MmdbData::text(std::string_view value) {
  head(kText, value.size());
  bytes_ += value;
  return *this;
}

MmdbData& MmdbData::number(double value) {
  return integer(kDouble, std::bit_cast<std::uint64_t>(value), 8);
}

MmdbData& MmdbData::integer(Type type, std::uint64_t value, unsigned width) {
  head(type, width);
  for (unsigned i = width; i-- > 0;) bytes_ += byte_of(value, i);
  return *this;
}

void MmdbFile::graft(const std::array<std::uint8_t, 16>& network, unsigned length, MmdbLink what) {
  std::size_t at = 0;
  for (unsigned depth = 0;; ++depth) {
    const unsigned bit = network[depth / 8] >> (7 - depth % 8) & 1;
    if (depth + 1 == length) {
      nodes_[at][bit] = what;
      return;
    }
    if (!nodes_[at][bit].is_node()) {
      const MmdbLink fresh = make_node({}, {});
      nodes_[at][bit] = fresh;
    }
    at = nodes_[at][bit].index();
  }
}

void MmdbFile::write(const std::filesystem::path& file, const std::string& type) const {
  if (nodes_.size() + data.bytes().size() > kMostNodes) throw std::runtime_error("too large");
  std::string tree;
  tree.reserve(nodes_.size() * 7);
  for (const auto& [zero, one] : nodes_)
    append_node(tree, zero.encoded(nodes_.size()), one.encoded(nodes_.size()));
  MmdbData metadata;
  metadata.map(9);
  metadata.text("binary_format_major_version").u16(2).text("binary_format_minor_version").u16(0);
  metadata.text("build_epoch").u64(kEpoch).text("database_type").text(type);
  metadata.text("description").map(1).text("en").text("Made up to measure with");
  metadata.text("ip_version").u16(6).text("languages").array(1).text("en");
  metadata.text("node_count").u32(static_cast<std::uint32_t>(nodes_.size()));
  metadata.text("record_size").u16(kRecordBits);
  std::ofstream out(file, std::ios::binary);
  out << tree << std::string(16, '\0') << data.bytes() << "\xab\xcd\xefMaxMind.com"
      << metadata.bytes();
  if (!out.flush()) throw std::runtime_error("cannot write " + file.string());
}

}  // namespace loadstar::bench
