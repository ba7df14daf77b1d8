#pragma once

#include <optional>
#include <string>
#include <vector>

#include "loadstar/base/coordinates.hpp"
#include "loadstar/base/diagnostic.hpp"
#include "loadstar/model/maintenance.hpp"

namespace loadstar::model {

/// A place where we serve.
struct Region {
  std::string name;
  std::string title;    ///< for people; "" when not given
  std::string country;  ///< ISO 3166-1 alpha-2, upper case; "" when not given
  std::optional<base::Coordinates> coordinates;  ///< from "lat" and "lon", both or neither
  std::vector<Maintenance> maintenance;
  base::Where where;
};

}  // namespace loadstar::model
