#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace loadstar::app {

/// Puts a file of the state directory in place, whole or not at all: whoever reads it sees the old
/// text or the new one, also after a power failure. The directory is made when it is not there.
[[nodiscard]] std::error_code write_state_file(const std::filesystem::path& file,
                                               std::string_view text);

/// The whole file; nothing when there is none.
[[nodiscard]] std::optional<std::string> read_state_file(const std::filesystem::path& file);

/// A damaged file is renamed, so that somebody can look at it, with a warning that says why it is
/// and what comes of that.
void set_state_file_aside(const std::filesystem::path& file, std::string_view why,
                          std::string_view consequence);

}  // namespace loadstar::app
