#pragma once

#include <filesystem>
#include <memory>
#include <string_view>
#include <vector>

#include "loadstar/base/diagnostic.hpp"

namespace loadstar::model {

inline constexpr std::string_view kJsonEnding = ".json";
inline constexpr std::string_view kMasterEnding = ".zone";

/// What could be read of the paths, and what could not.
struct FoundFiles {
  std::vector<std::shared_ptr<const base::SourceFile>> files;
  std::vector<std::filesystem::path> unreadable;  ///< each has an error already
};

/// Reads files and directories as load_zones() says.
[[nodiscard]] FoundFiles find_files(const std::vector<std::filesystem::path>& paths,
                                    base::Diagnostics& diagnostics);

/// The whole file; null with an error when it cannot be read.
[[nodiscard]] std::shared_ptr<const base::SourceFile> read_file(const std::filesystem::path& path,
                                                                base::Diagnostics& diagnostics);

}  // namespace loadstar::model
