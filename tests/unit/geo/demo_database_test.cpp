// The demonstration databases against their sources in geoip/.
#include <fstream>
#include <sstream>

#include "loadstar/geo/database.hpp"
#include "loadstar/geo/partition.hpp"

#include "catch.hpp"
#include "paths.hpp"

namespace {

using namespace loadstar;
using geo::Databases;

const std::string kFolder = (test::source_folder() / "geoip/").string();

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, separator);) {
    const auto first = part.find_first_not_of(' ');
    if (separator == ' ' && part.empty()) continue;
    parts.push_back(first == std::string::npos ? "" : part.substr(first));
  }
  return parts;
}

/// The rows of a source; the first column holds networks.
std::vector<std::vector<std::string>> rows_of(const std::string& name) {
  std::ifstream in(kFolder + name);
  REQUIRE(in);
  std::vector<std::vector<std::string>> rows;
  for (std::string line; std::getline(in, line);) {
    if (!line.empty() && line[0] != '#') rows.push_back(split(line, ','));
  }
  return rows;
}

base::Address address(const std::string& text) { return base::Address::parse(text).value(); }

/// First and last address of a network.
std::vector<base::Address> ends_of(const std::string& network) {
  const auto prefix = base::Prefix::parse(network).value();
  std::array<std::uint8_t, 16> bytes{};
  std::ranges::copy(prefix.address.bytes(), bytes.begin());
  for (unsigned bit = prefix.bits; bit < bits_of(prefix.address.family()); ++bit) {
    bytes[bit / 8] |= static_cast<std::uint8_t>(0x80U >> bit % 8);
  }
  return {prefix.address, base::Address(prefix.address.family(), bytes)};
}

}  // namespace

TEST_CASE("the demonstration databases say what their sources say", "[geo]") {
  const auto databases = Databases::open({kFolder});
  REQUIRE(databases->info().size() == 2);
  CHECK(databases->info()[0].type == "Loadstar-Demo-City");
  CHECK(databases->info()[1].type == "Loadstar-Demo-ASN");

  const auto cities = rows_of("demo-city.csv");
  REQUIRE(cities.size() > 90);
  for (const auto& row : cities) {
    REQUIRE(row.size() == 7);
    for (const auto& network : split(row[0], ' ')) {
      for (const auto& client : ends_of(network)) {
        const geo::Place place = databases->look_up(client);
        INFO(client.to_string());
        CHECK(place.continent == row[1]);
        CHECK(place.country == row[2]);
        CHECK(place.subdivisions == split(row[3], ' '));
        CHECK(place.city == row[4]);
        REQUIRE(place.coordinates);
        CHECK(place.coordinates->latitude == std::stod(row[5]));
        CHECK(place.coordinates->longitude == std::stod(row[6]));
      }
    }
  }
  for (const auto& row : rows_of("demo-asn.csv")) {
    for (const auto& network : split(row[0], ' ')) {
      for (const auto& client : ends_of(network)) {
        INFO(client.to_string());
        CHECK(databases->look_up(client).asn == std::stoul(row[1]));
        CHECK(databases->look_up(client).as_organization == row[2]);
      }
    }
  }
}

TEST_CASE("nearest over the three regions answers the documentation networks by /24 and /48",
          "[geo][rfc7871]") {
  constexpr std::array<base::Coordinates, 3> kRegions{
      {{38.95, -77.45}, {50.03, 8.56}, {37.46, 126.44}}};
  const auto databases = Databases::open({kFolder});
  const auto partition = geo::Partition::build(
      *databases, {}, [&](std::uint32_t index, const std::vector<bool>&) -> std::uint32_t {
        const auto place = databases->place(index);
        if (!place.coordinates) return 3;
        const auto nearest = std::ranges::min_element(kRegions, {}, [&](const auto& region) {
          return geo::distance_km(*place.coordinates, region);
        });
        return static_cast<std::uint32_t>(nearest - kRegions.begin());
      });
  struct Row {
    std::string client;
    geo::Membership want;
  };
  const auto row = GENERATE(values<Row>({
      {"192.0.2.1", {0, 24}},
      {"198.51.100.1", {1, 24}},
      {"203.0.113.1", {2, 24}},
      {"2001:db8:1000::1", {0, 48}},
      {"2001:db8:2000::1", {1, 48}},
      {"2001:db8:3000::1", {2, 48}},
  }));
  INFO(row.client);
  CHECK(partition.look_up(address(row.client)).client_class == row.want.client_class);
  CHECK(int{partition.look_up(address(row.client)).scope_bits} == int{row.want.scope_bits});
}
