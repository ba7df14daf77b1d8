#pragma once
// Writes MaxMind DB files by hand, well-formed or not, for tests that need what no writer would
// make.

#include <array>
#include <bit>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace mmdb_bytes {

/// Values in the encoding of the data section.
inline std::string header(unsigned type, std::size_t size) {
  std::string out;
  const auto low = static_cast<char>(size < 29 ? size : size < 285 ? 29 : 30);
  if (type < 8) {
    out += static_cast<char>(type << 5 | static_cast<unsigned>(low));
  } else {
    out += low;
    out += static_cast<char>(type - 7);
  }
  if (low == 29) out += static_cast<char>(size - 29);
  if (low == 30) {
    out += static_cast<char>((size - 285) >> 8);
    out += static_cast<char>(size - 285);
  }
  return out;
}

inline std::string big_endian(std::uint64_t number, unsigned bytes) {
  std::string out;
  while (bytes-- > 0) out += static_cast<char>(number >> (8 * bytes));
  return out;
}

inline std::string text(const std::string& value) { return header(2, value.size()) + value; }
inline std::string uint16(std::uint64_t value) { return header(5, 2) + big_endian(value, 2); }
inline std::string uint32(std::uint64_t value) { return header(6, 4) + big_endian(value, 4); }
inline std::string uint64(std::uint64_t value) { return header(9, 8) + big_endian(value, 8); }
inline std::string real(double value) {
  return header(3, 8) + big_endian(std::bit_cast<std::uint64_t>(value), 8);
}
/// To an offset of the data section.
inline std::string pointer(std::uint32_t target) { return '\x38' + big_endian(target, 4); }

using Members = std::vector<std::pair<std::string, std::string>>;
inline std::string map(const Members& members) {
  std::string out = header(7, members.size());
  for (const auto& [key, value] : members) out += text(key) + value;
  return out;
}
inline std::string array(const std::vector<std::string>& elements) {
  std::string out = header(11, elements.size());
  for (const auto& element : elements) out += element;
  return out;
}

/// A record of the search tree: another node, nothing, or an offset of the data section.
struct Record {
  enum class To { Node, Nothing, Data, Raw } to = To::Nothing;
  std::uint32_t number = 0;
};
inline Record node(std::uint32_t number) { return {Record::To::Node, number}; }
inline Record data(std::uint32_t offset) { return {Record::To::Data, offset}; }
inline Record raw(std::uint32_t number) { return {Record::To::Raw, number}; }

/// A file with records of 32 bits. Change what is to be wrong.
struct File {
  std::vector<std::array<Record, 2>> nodes{{Record{}, Record{}}};
  std::string data = text("");
  Members metadata;

  explicit File(const std::string& type = "Test-City", unsigned ip_version = 4)
      : metadata{{"binary_format_major_version", uint16(2)},
                 {"binary_format_minor_version", uint16(0)},
                 {"build_epoch", uint64(1)},
                 {"database_type", text(type)},
                 {"description", map({})},
                 {"ip_version", uint16(ip_version)},
                 {"languages", array({})},
                 {"record_size", uint16(32)}} {}

  void set(const std::string& key, const std::string& value) {
    for (auto& member : metadata) {
      if (member.first == key) member.second = value;
    }
  }

  [[nodiscard]] std::string bytes() const {
    std::string out;
    for (const auto& halves : nodes) {
      for (const Record& record : halves) out += big_endian(number_of(record), 4);
    }
    Members all = metadata;
    if (!has("node_count")) all.emplace_back("node_count", uint32(nodes.size()));
    return out + std::string(16, '\0') + data + "\xab\xcd\xefMaxMind.com" + map(all);
  }

 private:
  [[nodiscard]] bool has(const std::string& key) const {
    for (const auto& member : metadata) {
      if (member.first == key) return true;
    }
    return false;
  }
  [[nodiscard]] std::uint32_t number_of(const Record& record) const {
    const auto count = static_cast<std::uint32_t>(nodes.size());
    switch (record.to) {
      case Record::To::Node:
      case Record::To::Raw: return record.number;
      case Record::To::Nothing: return count;
      case Record::To::Data: return count + 16 + record.number;
    }
    return 0;
  }
};

}  // namespace mmdb_bytes
