#include <cmath>
#include <string>

#include "loadstar/geo/place.hpp"

#include "catch.hpp"

namespace {

using loadstar::base::Coordinates;
using loadstar::geo::distance_km;

constexpr Coordinates kAshburn{39.0438, -77.4874};
constexpr Coordinates kFrankfurt{50.1109, 8.6821};
constexpr Coordinates kSeoul{37.5665, 126.9780};
constexpr Coordinates kSydney{-33.8688, 151.2093};
constexpr Coordinates kSantiago{-33.4489, -70.6693};

}  // namespace

TEST_CASE("distances between cities are within 0.6 percent of the ellipsoid's", "[geo]") {
  struct Row {
    std::string name;
    Coordinates from;
    Coordinates to;
    double geodesic_km;  // on WGS 84
  };
  const auto row = GENERATE(values<Row>({
      {"Ashburn to Frankfurt", kAshburn, kFrankfurt, 6566.1},
      {"Frankfurt to Seoul", kFrankfurt, kSeoul, 8571.6},
      {"Ashburn to Seoul", kAshburn, kSeoul, 11161.1},
      {"Sydney to Santiago, over the date line", kSydney, kSantiago, 11369.0},
  }));
  INFO(row.name);
  CHECK(distance_km(row.from, row.to) == Approx(row.geodesic_km).epsilon(0.006));
}

TEST_CASE("a distance is the same both ways, and none to itself", "[geo]") {
  CHECK(distance_km(kSeoul, kSydney) == Approx(distance_km(kSydney, kSeoul)));
  CHECK(distance_km(kSeoul, kSeoul) == 0);
}

TEST_CASE("a degree of a great circle is 111.2 km", "[geo]") {
  CHECK(distance_km({0, 0}, {1, 0}) == Approx(111.195).margin(0.01));
  CHECK(distance_km({0, 179.5}, {0, -179.5}) == Approx(111.195).margin(0.01));
}

TEST_CASE("antipodes are half the circumference apart, not a rounding error", "[geo]") {
  CHECK(distance_km({90, 0}, {-90, 0}) == Approx(20015.1).margin(0.1));
  for (int degree = -90; degree <= 90; ++degree) {
    const double latitude = degree + 0.123;
    CHECK(std::isfinite(distance_km({latitude, 10}, {-latitude, -170})));
  }
}
