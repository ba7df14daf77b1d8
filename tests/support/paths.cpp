#include "paths.hpp"

namespace loadstar::test {

const std::filesystem::path& source_folder() {
  static const std::filesystem::path folder = LOADSTAR_SOURCE_DIR;
  return folder;
}

}  // namespace loadstar::test
