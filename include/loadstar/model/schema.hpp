#pragma once

#include <string_view>
#include <vector>

namespace loadstar::model {

/// The keys that an object of a file may have, as its reader knows them.
struct ObjectKeys {
  std::string_view object;  ///< "pool", "rule", … : the names of docs/schema
  std::vector<std::string_view> keys;
};

/// All objects of zone files. Of "owner" the keys that are not record types.
[[nodiscard]] std::vector<ObjectKeys> zone_schema();

/// All objects of the configuration of `loadstar dns`.
[[nodiscard]] std::vector<ObjectKeys> dns_config_schema();

/// All objects of the configuration of `loadstar probe`.
[[nodiscard]] std::vector<ObjectKeys> probe_config_schema();

}  // namespace loadstar::model
