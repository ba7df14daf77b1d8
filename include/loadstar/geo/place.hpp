#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "loadstar/base/coordinates.hpp"

namespace loadstar::geo {

/// Where an address is, as far as the databases know. Empty and 0 mean unknown.
struct Place {
  std::string continent{};                  ///< "EU"
  std::string country{};                    ///< "DE"
  std::vector<std::string> subdivisions{};  ///< "DE-HE", from the largest to the smallest
  std::optional<base::Coordinates> coordinates{};
  std::string city{};  ///< English name, for explain
  std::uint32_t asn = 0;
  std::string as_organization{};  ///< for explain

  friend bool operator==(const Place&, const Place&) = default;
};

/// Great-circle distance by the haversine formula on a sphere of 6371.0088 km; at most 0.6 % off
/// the ellipsoid.
[[nodiscard]] double distance_km(const base::Coordinates& from,
                                 const base::Coordinates& to) noexcept;

}  // namespace loadstar::geo
