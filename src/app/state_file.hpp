#pragma once

#include <filesystem>
#include <string_view>
#include <system_error>

namespace loadstar::app {

/// Puts a file of the state directory in place, whole or not at all: whoever reads it sees the old
/// text or the new one, also after a power failure. The directory is made when it is not there.
[[nodiscard]] std::error_code write_state_file(const std::filesystem::path& file,
                                               std::string_view text);

}  // namespace loadstar::app
