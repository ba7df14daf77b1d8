#include <algorithm>
#include <cmath>
#include <numbers>

#include "loadstar/geo/place.hpp"

namespace loadstar::geo {
namespace {

constexpr double kMeanRadiusKm = 6371.0088;  // of the International Union of Geodesy and Geophysics

double radians(double degrees) noexcept { return degrees * std::numbers::pi / 180; }

double haversine(double angle) noexcept {
  const double half = std::sin(angle / 2);
  return half * half;
}

}  // namespace

double distance_km(const base::Coordinates& from, const base::Coordinates& to) noexcept {
  const double from_latitude = radians(from.latitude);
  const double to_latitude = radians(to.latitude);
  const double chord = haversine(to_latitude - from_latitude) +
                       std::cos(from_latitude) * std::cos(to_latitude) *
                           haversine(radians(to.longitude - from.longitude));
  // Rounding can take antipodes just beyond 1, where asin is not a number.
  return 2 * kMeanRadiusKm * std::asin(std::sqrt(std::min(1.0, chord)));
}

}  // namespace loadstar::geo
