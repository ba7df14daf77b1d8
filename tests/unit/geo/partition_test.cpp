#include "loadstar/geo/partition.hpp"

#include <map>
#include <set>
#include <string>
#include <utility>

#include "catch.hpp"

namespace {

using loadstar::base::Address;
using loadstar::base::Prefix;
using loadstar::geo::Databases;
using loadstar::geo::Membership;
using loadstar::geo::Partition;
using loadstar::geo::Place;
using loadstar::geo::PlacedNetwork;
using Sets = std::vector<std::vector<Prefix>>;

Address address(const std::string& text) { return Address::parse(text).value(); }
Prefix prefix(const std::string& text) { return Prefix::parse(text).value(); }
Place in(const std::string& country) { return Place{.country = country}; }

std::shared_ptr<const Databases> table(
    const std::vector<std::pair<std::string, std::string>>& rows) {
  std::vector<PlacedNetwork> networks;
  for (const auto& [network, country] : rows) networks.push_back({prefix(network), in(country)});
  return Databases::from_table(networks);
}

/// Class by country (unknown 0, DE 1, others 2), plus 10 for each set.
Partition by_country(const Databases& databases, const Sets& sets) {
  return Partition::build(databases, sets,
                          [&](std::uint32_t place, const std::vector<bool>& in_set) {
                            const std::string country = databases.place(place).country;
                            std::uint32_t result = country.empty() ? 0 : country == "DE" ? 1 : 2;
                            for (const bool member : in_set) result += member ? 10 : 0;
                            return result;
                          });
}

}  // namespace

TEST_CASE("a partition by place is made once, and kept while it is in use", "[geo][partition]") {
  const auto databases = table({{"10.0.0.0/8", "DE"}, {"2001:db8::/32", "US"}});
  REQUIRE(databases->place_count() == 3);
  auto one = Partition::by_place(*databases, {0, 1, 2});
  CHECK(Partition::by_place(*databases, {0, 1, 2}) == one);
  const auto other = Partition::by_place(*databases, {0, 1, 0});
  CHECK(other != one);
  for (const auto* client : {"10.1.2.3", "11.0.0.0", "2001:db8::1", "::ffff:10.0.0.1"}) {
    const auto built = Partition::build(
        *databases, {}, [](std::uint32_t place, const std::vector<bool>&) { return place; });
    CHECK(one->look_up(address(client)) == built.look_up(address(client)));
  }
  const std::weak_ptr<const Partition> gone = std::exchange(one, nullptr);
  CHECK(gone.expired());
}

TEST_CASE("a partition of one class has scope 0 and no tables", "[geo]") {
  const auto databases = table({{"192.0.2.0/24", "DE"}, {"2001:db8::/32", "FR"}});
  const auto partition =
      Partition::build(*databases, {}, [](std::uint32_t, const std::vector<bool>&) { return 7U; });
  for (const char* client : {"0.0.0.0", "192.0.2.1", "255.255.255.255", "::", "2001:db8::1",
                             "::ffff:192.0.2.1", "2002:c000:201::1", "2001:0:1::2"}) {
    INFO(client);
    CHECK(partition.look_up(address(client)) == Membership{7, 0});
  }
  CHECK(partition.memory_bytes() < 512);
}

TEST_CASE("the scope is the shortest prefix around a client in which its class holds", "[geo]") {
  const auto databases = table({{"192.0.0.0/16", "FR"},
                                {"192.0.2.0/24", "DE"},
                                {"192.0.3.0/24", "DE"},
                                {"192.0.4.128/32", "DE"},
                                {"2001:db8::/32", "FR"},
                                {"2001:db8:1::/48", "DE"},
                                {"2001:db8:2::1/128", "DE"}});
  const auto partition = by_country(*databases, {});
  struct Row {
    std::string client;
    Membership want;
  };
  const auto row = GENERATE(values<Row>({
      {"192.0.2.1", {1, 23}},          // two neighbors are one block
      {"192.0.3.255", {1, 23}},        //
      {"192.0.0.1", {2, 23}},          //
      {"192.0.4.128", {1, 32}},        //
      {"192.0.4.129", {2, 32}},        //
      {"192.0.4.1", {2, 25}},          //
      {"192.0.5.1", {2, 24}},          //
      {"192.0.128.1", {2, 17}},        //
      {"192.1.0.1", {0, 16}},          //
      {"10.0.0.1", {0, 1}},            //
      {"224.0.0.1", {0, 3}},           //
      {"2001:db8:1::9", {1, 48}},      //
      {"2001:db8::9", {2, 48}},        //
      {"2001:db8:2::1", {1, 128}},     //
      {"2001:db8:2::", {2, 128}},      //
      {"2001:db8:2:8000::", {2, 49}},  //
      {"2001:db9::1", {0, 32}},        //
      {"8000::1", {0, 1}},             //
  }));
  INFO(row.client);
  CHECK(partition.look_up(address(row.client)).client_class == row.want.client_class);
  CHECK(int{partition.look_up(address(row.client)).scope_bits} == int{row.want.scope_bits});
}

TEST_CASE("cidr sets may overlap, nest and repeat, within a set and between sets", "[geo]") {
  const Sets sets{{prefix("10.0.0.0/8"), prefix("10.1.0.0/16"), prefix("10.0.0.0/8")},
                  {prefix("10.1.0.0/16"), prefix("2001:db8::/32")}};
  const auto databases = table({{"10.1.1.0/24", "DE"}});
  const auto partition = by_country(*databases, sets);
  CHECK(partition.look_up(address("10.2.0.1")) == Membership{10, 15});
  CHECK(partition.look_up(address("10.1.2.1")) == Membership{20, 23});
  CHECK(partition.look_up(address("10.1.1.1")) == Membership{21, 24});
  CHECK(partition.look_up(address("11.0.0.1")) == Membership{0, 8});
  CHECK(partition.look_up(address("2001:db8::1")) == Membership{10, 32});
}

TEST_CASE("a set of everything leaves no seam", "[geo]") {
  const auto partition =
      by_country(*Databases::open({}), Sets{{prefix("0.0.0.0/0"), prefix("::/0")}, {}});
  CHECK(partition.look_up(address("255.255.255.255")) == Membership{10, 0});
  CHECK(partition.look_up(address("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")) == Membership{10, 0});
}

TEST_CASE("an IPv6 address that carries IPv4 is looked up by that, with the scope from its start",
          "[geo][rfc7871]") {
  const auto databases = table({{"192.0.2.0/24", "DE"}, {"2002::/16", "FR"}, {"::/3", "FR"}});
  const auto partition = by_country(*databases, {});
  CHECK(partition.look_up(address("192.0.2.1")) == Membership{1, 24});
  CHECK(partition.look_up(address("::ffff:192.0.2.1")) == Membership{1, 96 + 24});
  CHECK(partition.look_up(address("64:ff9b::192.0.2.1")) == Membership{1, 96 + 24});
  CHECK(partition.look_up(address("2002:c000:201::1")) == Membership{1, 16 + 24});
  // 192.0.2.1 inverted is 3f.ff.fd.fe
  CHECK(partition.look_up(address("2001:0:4136:e378:8000:63bf:3fff:fdfe")) ==
        Membership{1, 96 + 24});
}

TEST_CASE("no native block spreads over addresses that carry IPv4", "[geo][rfc7871]") {
  // All of IPv6 is one place, but clients in 2002::/16 differ, so that the answer for 2003:: may
  // not be reused there.
  const auto databases = table({{"192.0.2.0/24", "DE"}, {"::/0", "FR"}});
  const auto partition = by_country(*databases, {});
  CHECK(partition.look_up(address("2003::1")) == Membership{2, 16});
  CHECK(partition.look_up(address("64:ff9b::1:0:0")) == Membership{2, 96});
  CHECK(partition.look_up(address("::fffe:0:1")) == Membership{2, 96});
  CHECK(partition.look_up(address("2001:1::1")) == Membership{2, 32});
}

TEST_CASE("a cidr in IPv6 clothes counts for the clients that it stands for", "[geo]") {
  const auto partition = by_country(
      *Databases::open({}), Sets{{prefix("::ffff:192.0.2.0/120"), prefix("2002:c633:6400::/40")}});
  CHECK(partition.look_up(address("192.0.2.1")).client_class == 10);
  CHECK(partition.look_up(address("198.51.100.1")).client_class == 10);
  CHECK(partition.look_up(address("192.0.3.1")).client_class == 0);
}

TEST_CASE("the class is asked for once per combination of place and sets", "[geo]") {
  const auto databases = table({{"10.0.0.0/24", "DE"},
                                {"10.0.2.0/24", "DE"},
                                {"10.0.4.0/24", "FR"},
                                {"2001:db8::/32", "DE"}});
  std::map<std::pair<std::uint32_t, std::vector<bool>>, int> asked;
  const auto partition =
      Partition::build(*databases, Sets{{prefix("10.0.2.0/25")}},
                       [&](std::uint32_t place, const std::vector<bool>& in_set) -> std::uint32_t {
                         REQUIRE(in_set.size() == 1);
                         REQUIRE(place < databases->place_count());
                         ++asked[{place, in_set}];
                         return place;
                       });
  CHECK(asked.size() == 4);  // unknown, DE, FR, DE in the set
  for (const auto& [combination, times] : asked) CHECK(times == 1);
}

TEST_CASE("classes up to 2^22 - 1 are told apart", "[geo]") {
  const auto databases = table({{"10.0.0.0/24", "DE"}, {"10.0.1.0/24", "FR"}});
  const auto partition =
      Partition::build(*databases, {}, [](std::uint32_t place, const std::vector<bool>&) {
        return place == 0 ? 0U : (1U << 22U) - place;
      });
  CHECK(partition.look_up(address("10.0.0.1")) == Membership{(1U << 22U) - 1, 24});
  CHECK(partition.look_up(address("10.0.1.1")) == Membership{(1U << 22U) - 2, 24});
}
