#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "loadstar/base/address.hpp"

#include "reader.hpp"

namespace loadstar::model {

/// What reading a configuration needs to know.
struct ConfigContext {
  Reader in;
  std::filesystem::path folder;  ///< what relative paths start from
};

[[nodiscard]] std::optional<std::filesystem::path> read_path(ConfigContext& context,
                                                             json::Value value);

/// A list of addresses without repetition.
[[nodiscard]] std::vector<base::Endpoint> read_endpoints(ConfigContext& context, json::Value value,
                                                         std::uint16_t default_port);

}  // namespace loadstar::model
