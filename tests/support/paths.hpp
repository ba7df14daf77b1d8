#pragma once

#include <filesystem>

namespace loadstar::test {

/// The clone that the tests were built from.
[[nodiscard]] const std::filesystem::path& source_folder();

}  // namespace loadstar::test
