#pragma once

#include "loadstar/model/zone.hpp"

#include "definitions.hpp"

namespace loadstar::model {

/// The outermost members of a file. They are read in the order in which they depend on each other,
/// not that of the file.
struct Sections {
  std::optional<json::Value> zone;
  std::optional<json::Value> ttl;
  std::optional<json::Value> soa;
  std::optional<json::Value> regions;
  std::optional<json::Value> areas;
  std::optional<json::Value> monitors;
  std::optional<json::Value> pools;
  std::optional<json::Value> policies;
  std::optional<json::Value> records;
};

enum class FileKind : std::uint8_t { Zone, Library };

/// Finds the sections, and reports keys that a file of the kind does not have.
[[nodiscard]] Sections read_sections(Reader& in, json::Value root, FileKind kind);

/// The zone's own parts; its definitions are in the context already.
void read_zone(Context& context, const Sections& sections, Zone& zone);

[[nodiscard]] std::vector<std::string_view> file_keys(FileKind kind);
[[nodiscard]] std::vector<std::string_view> soa_keys();

}  // namespace loadstar::model
