#include "metadata_check.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <limits>
#include <optional>
#include <string_view>

#include "record.hpp"

namespace loadstar::geo {
namespace {

constexpr std::string_view kMarker = "\xab\xcd\xefMaxMind.com";
constexpr unsigned kMostDepth = 8;
constexpr std::uint64_t kSeparatorBytes = 16;  // between search tree and data section

struct Field {
  std::string_view key;
  ValueType type;
};

// What MMDB_open insists on.
constexpr std::array kFields{
    Field{"binary_format_major_version", ValueType::Uint16},
    Field{"binary_format_minor_version", ValueType::Uint16},
    Field{"build_epoch", ValueType::Uint64},
    Field{"database_type", ValueType::String},
    Field{"description", ValueType::Map},
    Field{"ip_version", ValueType::Uint16},
    Field{"languages", ValueType::Array},
    Field{"node_count", ValueType::Uint32},
    Field{"record_size", ValueType::Uint16},
};

using Verdict = std::expected<void, std::string>;

/// The last marker and all behind it; empty if there is none.
std::span<const std::uint8_t> find_metadata(std::span<const std::uint8_t> tail) {
  const auto found = std::ranges::find_end(tail, kMarker, [](std::uint8_t byte, char c) {
    return byte == static_cast<std::uint8_t>(c);
  });
  return tail.subspan(static_cast<std::size_t>(found.begin() - tail.begin()));
}

/// Everything below the value can be visited, within the depth and the reader's own bound.
bool is_bounded(RecordReader& reader, const Value& value, unsigned depth) {
  if (value.type == ValueType::None || depth > kMostDepth) return false;
  const auto children = reader.children(value);
  return !reader.broken() && std::ranges::all_of(children, [&](const Value& child) {
    return is_bounded(reader, child, depth + 1);
  });
}

bool holds_only_text(RecordReader& reader, const Value& value) {
  return std::ranges::all_of(reader.children(value),
                             [](const Value& child) { return child.type == ValueType::String; });
}

Verdict check_fields(RecordReader& reader, const Value& root) {
  for (const Field& field : kFields) {
    const Value value = reader.find(root, field.key);
    // Numbers and strings have no children, so that they hold.
    if (value.type == field.type && holds_only_text(reader, value)) continue;
    return std::unexpected(fmt::format("has metadata without a usable \"{}\"", field.key));
  }
  return {};
}

/// `room`: bytes before the metadata.
Verdict check_tree(RecordReader& reader, const Value& root, std::uint64_t room) {
  const auto number = [&](std::string_view key) {
    return reader.number(reader.find(root, key)).value_or(0);
  };
  if (number("binary_format_major_version") != 2) {
    return std::unexpected("is not of version 2 of the MaxMind DB format");
  }
  if (number("build_epoch") == 0) return std::unexpected("has a build_epoch of 0");
  const std::uint64_t version = number("ip_version");
  if (version != 4 && version != 6) {
    return std::unexpected(fmt::format("has the ip_version {}, which is not 4 or 6", version));
  }
  const std::uint64_t bits = number("record_size");
  if (bits != 24 && bits != 28 && bits != 32) {
    return std::unexpected(fmt::format("has records of {} bits, not 24, 28 or 32", bits));
  }
  const std::uint64_t nodes = number("node_count");
  const std::uint64_t tree_bytes = nodes * bits / 4;
  if (nodes == 0 || tree_bytes + kSeparatorBytes > room) {
    return std::unexpected(fmt::format("has no room for the {} nodes of its search tree", nodes));
  }
  return {};
}

}  // namespace

std::expected<void, std::string> check_metadata(std::span<const std::uint8_t> tail,
                                                std::uint64_t file_size) {
  const auto marked = find_metadata(tail);
  if (marked.empty()) {
    return std::unexpected("is not a MaxMind database, or is cut off: it has no metadata");
  }
  const auto metadata = marked.subspan(kMarker.size());
  RecordReader whole(metadata);
  const Value root = whole.at(0);
  if (root.type != ValueType::Map || !is_bounded(whole, root, 0)) {
    return std::unexpected("has broken metadata");
  }
  RecordReader reader(metadata);
  const Verdict fields = check_fields(reader, root);
  return fields ? check_tree(reader, root, file_size - marked.size()) : fields;
}

}  // namespace loadstar::geo
