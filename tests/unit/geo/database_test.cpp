#include "loadstar/geo/database.hpp"

#include "loadstar/base/diagnostic.hpp"

#include "catch.hpp"
#include "mmdb_bytes.hpp"
#include "temporary_folder.hpp"

namespace {

using namespace mmdb_bytes;
using loadstar::base::Address;
using loadstar::base::ConfigError;
using loadstar::base::Coordinates;
using loadstar::base::Prefix;
using loadstar::geo::Databases;
using loadstar::geo::Place;
using loadstar::test::TemporaryFolder;

Place look_up(const Databases& databases, const std::string& client) {
  return databases.look_up(Address::parse(client).value());
}

std::string city_record(const std::string& country, double latitude, double longitude) {
  return map({{"continent", map({{"code", text("EU")}})},
              {"country", map({{"iso_code", text(country)}})},
              {"location", map({{"latitude", real(latitude)}, {"longitude", real(longitude)}})}});
}

/// A database of 0.0.0.0/1 in the country, the rest unknown.
File half(const std::string& type, const std::string& country, std::uint64_t epoch = 1) {
  File file(type);
  file.data = city_record(country, 50, 8);
  file.nodes = {{data(0), Record{}}};
  file.set("build_epoch", uint64(epoch));
  return file;
}

std::string asn_record(std::uint32_t number) {
  return map({{"autonomous_system_number", uint32(number)},
              {"autonomous_system_organization", text("Example")}});
}

File half_asn(const std::string& type, std::uint32_t number) {
  File file(type);
  file.data = asn_record(number);
  file.nodes = {{data(0), Record{}}};
  return file;
}

}  // namespace

TEST_CASE("no databases know nothing", "[geo]") {
  const auto databases = Databases::open({});
  CHECK(databases->info().empty());
  CHECK(databases->place_count() == 1);
  CHECK(databases->runs_v4().size() == 1);
  CHECK(databases->runs_v6().size() == 1);
  CHECK(look_up(*databases, "192.0.2.1") == Place{});
  CHECK(look_up(*databases, "2001:db8::1") == Place{});
}

TEST_CASE("a table lets the longest prefix win, and of equal ones the last", "[geo]") {
  const auto network = [](const char* prefix, const char* city) {
    return loadstar::geo::PlacedNetwork{Prefix::parse(prefix).value(), Place{.city = city}};
  };
  const auto databases = Databases::from_table(
      std::vector{network("10.1.0.0/16", "inner"), network("10.0.0.0/8", "outer"),
                  network("10.1.0.0/16", "inner again"), network("255.0.0.0/8", "end"),
                  network("2001:db8::/32", "v6"), network("0.0.0.0/0", "all")});
  CHECK(look_up(*databases, "10.0.255.255").city == "outer");
  CHECK(look_up(*databases, "10.1.0.0").city == "inner again");
  CHECK(look_up(*databases, "10.1.255.255").city == "inner again");
  CHECK(look_up(*databases, "10.2.0.0").city == "outer");
  CHECK(look_up(*databases, "11.0.0.0").city == "all");
  CHECK(look_up(*databases, "255.255.255.255").city == "end");
  CHECK(look_up(*databases, "2001:db8:ffff:ffff::").city == "v6");
  CHECK(look_up(*databases, "2001:db9::").city.empty());
}

TEST_CASE("a place comes back whole", "[geo]") {
  const Place place{"EU",     "GB",          {"GB-ENG", "GB-LND"}, Coordinates{51.5074, -0.1278},
                    "London", 4'200'000'000, "Example, Ltd"};
  const auto databases = Databases::from_table(
      std::vector{loadstar::geo::PlacedNetwork{Prefix::parse("10.0.0.0/8").value(), place}});
  CHECK(look_up(*databases, "10.0.0.1") == place);
  CHECK(databases->place(0) == Place{});
}

TEST_CASE("a database of IPv4 only serves IPv4, and IPv6 clients that carry it", "[geo]") {
  const TemporaryFolder folder;
  const auto databases =
      Databases::open({folder.write("a.mmdb", half("GeoLite2-City", "DE").bytes())});
  CHECK(look_up(*databases, "127.255.255.255").country == "DE");
  CHECK(look_up(*databases, "::ffff:10.0.0.1").country == "DE");
  CHECK(look_up(*databases, "128.0.0.0") == Place{});
  CHECK(look_up(*databases, "2001:db8::1") == Place{});
  REQUIRE(databases->info().size() == 1);
  CHECK(databases->info()[0].type == "GeoLite2-City");
  CHECK(databases->info()[0].build_epoch == 1);
}

TEST_CASE("the kind is told from the type, else from the data", "[geo]") {
  struct Row {
    std::string type;
    bool location;
    bool system;
  };
  const auto row = GENERATE(values<Row>({
      {"GeoLite2-City", true, false},
      {"GeoIP2-Country", true, false},
      {"GeoIP2-Enterprise", true, true},
      {"DBIP-Location-ISP (compat=Enterprise)", true, true},
      {"DBIP-CITY-LITE", true, false},
      {"GeoLite2-ASN", false, true},
      {"GeoIP2-ISP", false, true},
      {"DBIP-ASN-Lite (compat=GeoLite2-ASN)", false, true},
      {"my own", true, true},
  }));
  INFO(row.type);
  const TemporaryFolder folder;
  File file = half(row.type, "DE");
  file.data = map(
      {{"country", map({{"iso_code", text("DE")}})}, {"autonomous_system_number", uint32(64496)}});
  const auto databases = Databases::open({folder.write("a.mmdb", file.bytes())});
  CHECK(look_up(*databases, "10.0.0.1").country == (row.location ? "DE" : ""));
  CHECK(look_up(*databases, "10.0.0.1").asn == (row.system ? 64496 : 0));
}

TEST_CASE("an Enterprise record has the ASN among its traits", "[geo]") {
  const TemporaryFolder folder;
  File file("GeoIP2-Enterprise");
  file.data = map({{"country", map({{"iso_code", text("DE")}})}, {"traits", asn_record(64496)}});
  file.nodes = {{data(0), Record{}}};
  const auto databases = Databases::open({folder.write("a.mmdb", file.bytes())});
  CHECK(look_up(*databases, "10.0.0.1").country == "DE");
  CHECK(look_up(*databases, "10.0.0.1").asn == 64496);
  CHECK(databases->info().size() == 1);
}

TEST_CASE("City beats Country, the newest beats the older, ASN beats Enterprise", "[geo]") {
  const TemporaryFolder folder;
  folder.write("country.mmdb", half("X-Country", "AA", 900).bytes());
  folder.write("old.mmdb", half("X-City", "BB", 100).bytes());
  folder.write("new.mmdb", half("X-City", "CC", 200).bytes());
  folder.write("enterprise.mmdb", half("X-Enterprise", "DD", 50).bytes());
  folder.write("asn.mmdb", half_asn("X-ASN", 64500).bytes());
  const auto databases = Databases::open({folder.path()});
  CHECK(look_up(*databases, "10.0.0.1").country == "CC");
  CHECK(look_up(*databases, "10.0.0.1").asn == 64500);
  REQUIRE(databases->info().size() == 2);
  CHECK(databases->info()[0].path == (folder.path() / "new.mmdb").string());
}

TEST_CASE("two databases overlay to the finer of their networks", "[geo]") {
  const TemporaryFolder folder;
  File asn("X-ASN");  // 64.0.0.0/2 and 128.0.0.0/1
  asn.data = asn_record(64500);
  asn.nodes = {{node(1), data(0)}, {Record{}, data(0)}};
  const auto databases = Databases::open({folder.write("city.mmdb", half("X-City", "DE").bytes()),
                                          folder.write("asn.mmdb", asn.bytes())});
  REQUIRE(databases->runs_v4().size() == 3);
  loadstar::geo::Runs<loadstar::geo::Number32>::Cursor run(databases->runs_v4());
  CHECK(run.last() == 0x3fff'ffff);
  run.advance();
  CHECK(run.last() == 0x7fff'ffff);
  CHECK(look_up(*databases, "10.0.0.1").asn == 0);
  CHECK(look_up(*databases, "64.0.0.1").asn == 64500);
  CHECK(look_up(*databases, "64.0.0.1").country == "DE");
  CHECK(look_up(*databases, "200.0.0.1").asn == 64500);
  CHECK(look_up(*databases, "200.0.0.1").country.empty());
}

TEST_CASE("the IPv4 tree within an IPv6 database is found, and its aliases are not followed",
          "[geo]") {
  // 96 nodes to the left lead to IPv4; 2002::/16 points to the same node.
  File file("X-City", 6);
  file.data = city_record("DE", 50, 8);
  file.nodes.clear();
  for (std::uint32_t i = 0; i < 96; ++i) file.nodes.push_back({node(i + 1), Record{}});
  file.nodes.push_back({data(0), Record{}});  // 0.0.0.0/1 = ::/97
  const std::string path = "0010000000000010";
  std::uint32_t at = 0;
  for (std::size_t depth = 0; depth < path.size(); ++depth) {
    Record& next = file.nodes[at][path[depth] == '1' ? 1 : 0];
    if (depth + 1 == path.size()) {
      next = node(96);
    } else if (next.to == Record::To::Nothing) {
      next = node(static_cast<std::uint32_t>(file.nodes.size()));
      at = next.number;
      file.nodes.push_back({Record{}, Record{}});
      continue;
    }
    at = next.number;
  }
  const TemporaryFolder folder;
  const auto databases = Databases::open({folder.write("a.mmdb", file.bytes())});
  CHECK(look_up(*databases, "10.0.0.1").country == "DE");
  CHECK(look_up(*databases, "200.0.0.1").country.empty());
  CHECK(look_up(*databases, "2002:a00:1::").country == "DE");
  CHECK(databases->runs_v4().size() == 2);
  CHECK(databases->runs_v6().size() == 1);
}

TEST_CASE("what cannot be shown or believed is unknown, not an error", "[geo]") {
  const TemporaryFolder folder;
  File file("X-City");
  file.data = map({{"continent", text("EU")},
                   {"country", map({{"iso_code", text("D\"E")}})},
                   {"city", map({{"names", map({{"en", text("\xed\xa0\x80")}})}})},
                   {"location", map({{"latitude", real(91)}, {"longitude", real(8)}})}});
  file.nodes = {{data(0), Record{}}};
  const auto databases = Databases::open({folder.write("a.mmdb", file.bytes())});
  CHECK(look_up(*databases, "10.0.0.1") == Place{});
}

TEST_CASE("databases of no use are passed over in a folder, and refused by name", "[geo]") {
  const TemporaryFolder folder;
  folder.write("city.mmdb", half("X-City", "DE").bytes());
  File other("GeoIP2-Anonymous-IP");
  other.data = map({{"is_anonymous", text("yes")}});
  other.nodes = {{data(0), Record{}}};
  const auto path = folder.write("other.mmdb", other.bytes());
  folder.write("README.txt", "not a database");
  CHECK(Databases::open({folder.path()})->info().size() == 1);
  CHECK_THROWS_AS(Databases::open({path}), ConfigError);
  std::filesystem::remove(folder.path() / "city.mmdb");
  CHECK_THROWS_AS(Databases::open({folder.path()}), ConfigError);
}
