#include "place_table.hpp"

#include <algorithm>
#include <cmath>

namespace loadstar::geo {
namespace {

constexpr double kUnitsPerDegree = 1e7;

std::string join_words(const std::vector<std::string>& words) {
  std::string joined;
  for (const std::string& word : words) joined.append(joined.empty() ? "" : ",").append(word);
  return joined;
}

std::vector<std::string> split_words(std::string_view joined) {
  std::vector<std::string> words;
  while (!joined.empty()) {
    const std::size_t comma = std::min(joined.find(','), joined.size());
    words.emplace_back(joined.substr(0, comma));
    joined.remove_prefix(std::min(comma + 1, joined.size()));
  }
  return words;
}

}  // namespace

std::int32_t fixed_degrees(double degrees, double most) noexcept {
  if (!(std::abs(degrees) <= most)) return Location::kNowhere;  // so that NaN is nowhere, too
  return static_cast<std::int32_t>(std::lround(degrees * kUnitsPerDegree));
}

PlaceTable::PlaceTable() {
  words_.intern({});
  locations_.intern({});
  systems_.intern({});
  static_cast<void>(add_place(0, 0));
}

std::uint32_t PlaceTable::add_word(std::string_view text) {
  return words_.intern(std::string(text));
}

std::uint32_t PlaceTable::add_location(const Location& location) {
  return locations_.intern(location);
}

std::uint32_t PlaceTable::add_system(const System& system) { return systems_.intern(system); }

std::uint32_t PlaceTable::add_place(std::uint32_t location, std::uint32_t system) {
  return combinations_.get(std::uint64_t{location} << 32 | system, [&] {
    places_.push_back({location, system});
    return static_cast<std::uint32_t>(places_.size() - 1);
  });
}

std::uint32_t PlaceTable::add(const Place& place) {
  Location location{.continent = add_word(place.continent),
                    .country = add_word(place.country),
                    .subdivisions = add_word(join_words(place.subdivisions)),
                    .city = add_word(place.city)};
  if (place.coordinates) {
    location.latitude = fixed_degrees(place.coordinates->latitude, 90);
    location.longitude = fixed_degrees(place.coordinates->longitude, 180);
  }
  const System system{place.asn, add_word(place.as_organization)};
  return add_place(add_location(location), add_system(system));
}

void PlaceTable::freeze() {
  words_.freeze();
  locations_.freeze();
  systems_.freeze();
  places_.shrink_to_fit();
  combinations_ = {};
}

Place PlaceTable::place(std::uint32_t index) const {
  const Parts parts = places_[index];
  const Location& location = locations_[parts.location];
  const System& system = systems_[parts.system];
  Place result{.continent = words_[location.continent],
               .country = words_[location.country],
               .subdivisions = split_words(words_[location.subdivisions]),
               .coordinates = std::nullopt,
               .city = words_[location.city],
               .asn = system.asn,
               .as_organization = words_[system.organization]};
  if (location.latitude != Location::kNowhere && location.longitude != Location::kNowhere) {
    result.coordinates = {location.latitude / kUnitsPerDegree,
                          location.longitude / kUnitsPerDegree};
  }
  return result;
}

std::size_t PlaceTable::memory_bytes() const noexcept {
  std::size_t bytes = places_.size() * sizeof(Parts) +
                      locations_.items().size() * sizeof(Location) +
                      systems_.items().size() * sizeof(System);
  for (const std::string& word : words_.items()) bytes += sizeof word + word.capacity();
  return bytes;
}

}  // namespace loadstar::geo
