#pragma once
// Zone files with one mistake each: NAME.json, and beside it NAME.expected with the error, as
// `line:column: path: message`. Mistakes that the loader finds are in tests/data/bad-zones itself;
// a stage that finds more has a folder of its own within.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "paths.hpp"

namespace loadstar::test {

struct BadZone {
  std::filesystem::path file;
  std::string expected;
};

inline std::string read_text(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// The pairs of a folder of tests/data/bad-zones ("" for itself), by name. A file without its pair
/// has an empty expectation.
inline std::vector<BadZone> bad_zones(const std::string& folder = "") {
  const auto path = test::source_folder() / "tests/data/bad-zones" / folder;
  std::vector<BadZone> zones;
  for (const auto& entry : std::filesystem::directory_iterator(path)) {
    if (entry.path().extension() != ".json") continue;
    std::string expected =
        read_text(std::filesystem::path(entry.path()).replace_extension(".expected"));
    while (expected.ends_with('\n')) expected.pop_back();
    zones.push_back({entry.path(), std::move(expected)});
  }
  std::ranges::sort(zones, {}, &BadZone::file);
  return zones;
}

/// A diagnostic's text without the file's name, as it stands in NAME.expected.
inline std::string without_name(const std::string& text, const std::filesystem::path& file) {
  const std::string prefix = file.string() + ":";
  return text.starts_with(prefix) ? text.substr(prefix.size()) : text;
}

}  // namespace loadstar::test
