#pragma once

#include <filesystem>

namespace loadstar::http {

/// PEM files of one side of a connection; "" where there is none.
struct TlsFiles {
  std::filesystem::path certificate{};  ///< a chain; with `key`: who this side is
  std::filesystem::path key{};
  std::filesystem::path roots{};  ///< by whom the other side's certificate must be vouched for
};

}  // namespace loadstar::http
