#pragma once

namespace loadstar::base {

/// A point on the earth in degrees: latitude -90 to 90, longitude -180 to 180, east and north
/// positive.
struct Coordinates {
  double latitude = 0;
  double longitude = 0;

  friend bool operator==(const Coordinates&, const Coordinates&) = default;
};

}  // namespace loadstar::base
