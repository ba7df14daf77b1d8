// The partition against a slow oracle, over random nested prefixes: the class is right, the scope
// is sound (all of its block is in the class) and canonical (one bit shorter it is not).
#include <algorithm>
#include <optional>
#include <string>

#include "loadstar/base/random.hpp"
#include "loadstar/geo/partition.hpp"

#include "catch.hpp"

namespace {

using loadstar::base::Address;
using loadstar::base::Family;
using loadstar::base::Prefix;
using loadstar::base::Random;
using loadstar::geo::Databases;
using loadstar::geo::join;
using loadstar::geo::Membership;
using loadstar::geo::Number128;
using loadstar::geo::Number32;
using loadstar::geo::number_of;
using loadstar::geo::Partition;
using loadstar::geo::Place;
using loadstar::geo::PlacedNetwork;

constexpr std::uint32_t kClasses = 3;
constexpr std::uint32_t kCarriesV4 = 1000;

template <class Number>
constexpr unsigned kBits = 8 * sizeof(Number);

template <class Number>
Address address_of(Number number) {
  std::array<std::uint8_t, sizeof(Number)> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[bytes.size() - 1 - i] = static_cast<std::uint8_t>(number >> (8 * i));
  }
  return {sizeof(Number) == 4 ? Family::V4 : Family::V6, bytes};
}

template <class Number>
Number last_of(Number first, unsigned bits) {
  return bits == kBits<Number>
             ? first
             : static_cast<Number>(first | static_cast<Number>(~Number{0} >> bits));
}

struct Size {
  std::size_t networks;
  std::size_t cidrs;
  std::uint32_t spread = 64;  ///< of the low bits of the prefixes
};

/// A world of networks with places and sets of cidrs, which is asked the slow way.
template <class Number>
class World {
 public:
  World(Random& random, const Size& size) : spread_(size.spread) {
    for (std::size_t i = 0; i < size.networks; ++i) {
      Place place;
      place.asn = 1 + random.below(5);
      networks_.push_back({random_prefix(random), place});
    }
    sets_.resize(3);
    for (std::size_t i = 0; i < size.cidrs; ++i)
      sets_[random.below(3)].push_back(random_prefix(random));
    collect_seams();
  }

  [[nodiscard]] const std::vector<PlacedNetwork>& networks() const { return networks_; }
  [[nodiscard]] const std::vector<std::vector<Prefix>>& sets() const { return sets_; }
  [[nodiscard]] const std::vector<Number>& seams() const { return seams_; }

  [[nodiscard]] static std::uint32_t classify(std::uint32_t asn, const std::vector<bool>& in_set) {
    std::uint32_t mixed = asn;
    for (const bool member : in_set) mixed = mixed * 31 + (member ? 17 : 0);
    return mixed % kClasses;
  }

  /// Classes change at seams only, so that the seam at or before an address knows.
  [[nodiscard]] std::uint32_t class_of(Number number) const {
    const auto after = std::ranges::upper_bound(seams_, number);
    return classes_[static_cast<std::size_t>(after - seams_.begin()) - 1];
  }

  [[nodiscard]] bool is_uniform(Number first, unsigned bits) const {
    const auto from = std::ranges::lower_bound(seams_, first) - seams_.begin();
    const auto to = std::ranges::upper_bound(seams_, last_of(first, bits)) - seams_.begin();
    const std::uint32_t wanted = class_of(first);
    return std::all_of(classes_.begin() + from, classes_.begin() + to,
                       [&](std::uint32_t other) { return other == wanted; });
  }

 private:
  // Bits are drawn from few places of the address, so that prefixes meet; lengths cluster at both
  // ends.
  Prefix random_prefix(Random& random) const {
    const unsigned bits = random.below(4) == 0 ? random.below(kBits<Number> + 1)
                                               : kBits<Number> - random.below(kBits<Number> / 4);
    Number number = Number{random.below(2)} << (kBits<Number> - 3);
    number =
        static_cast<Number>(number | Number{random.below(spread_ / 16)} << (kBits<Number> / 2));
    number = static_cast<Number>(number | Number{random.below(spread_)} << random.below(5));
    return {address_of(number).masked(bits), static_cast<std::uint8_t>(bits)};
  }

  [[nodiscard]] std::uint32_t ask_all(const Address& address) const {
    if (embedded_v4(address)) return kCarriesV4;
    const PlacedNetwork* best = nullptr;
    for (const PlacedNetwork& candidate : networks_) {
      if (!candidate.network.contains(address)) continue;
      if (!best || candidate.network.bits >= best->network.bits) best = &candidate;
    }
    std::vector<bool> in_set;
    for (const auto& set : sets_) {
      in_set.push_back(
          std::ranges::any_of(set, [&](const Prefix& cidr) { return cidr.contains(address); }));
    }
    return classify(best ? best->place.asn : 0, in_set);
  }

  void add_seams(Number first, unsigned bits) {
    seams_.push_back(first);
    seams_.push_back(static_cast<Number>(last_of(first, bits) + 1));
  }

  void collect_seams() {
    seams_.push_back(0);
    for (const auto& network : networks_) {
      add_seams(number_of<Number>(network.network.address), network.network.bits);
    }
    for (const auto& set : sets_) {
      for (const Prefix& cidr : set) add_seams(number_of<Number>(cidr.address), cidr.bits);
    }
    if constexpr (sizeof(Number) == 16) {
      for (const auto& block : loadstar::base::kEmbeddings) {
        add_seams(join(block.high, block.low), block.bits);
      }
    }
    std::ranges::sort(seams_);
    const auto repeated = std::ranges::unique(seams_);
    seams_.erase(repeated.begin(), repeated.end());
    for (const Number seam : seams_) classes_.push_back(ask_all(address_of(seam)));
  }

  std::uint32_t spread_;
  std::vector<PlacedNetwork> networks_;
  std::vector<std::vector<Prefix>> sets_;
  std::vector<Number> seams_;
  std::vector<std::uint32_t> classes_;
};

template <class Number>
void check_address(const World<Number>& world, const Partition& partition, Number number) {
  const Address address = address_of(number);
  if (embedded_v4(address)) return;
  const Membership got = partition.look_up(address);
  INFO(address.to_string() << " class " << got.client_class << " scope " << int{got.scope_bits});
  REQUIRE(got.client_class == world.class_of(number));
  const auto start = [&](unsigned bits) { return number_of<Number>(address.masked(bits)); };
  REQUIRE(world.is_uniform(start(got.scope_bits), got.scope_bits));
  if (got.scope_bits == 0) return;
  const unsigned shorter = got.scope_bits - 1U;
  REQUIRE_FALSE(world.is_uniform(start(shorter), shorter));
}

template <class Number>
void check_world(std::uint64_t seed, const Size& size, std::size_t least_bytes = 0) {
  INFO("seed " << seed);
  Random random(seed);
  const World<Number> world(random, size);
  auto table = world.networks();
  // Both families must differ, or IPv6 addresses with IPv4 in them would belong to the IPv6 table.
  if (sizeof(Number) == 16)
    table.push_back({Prefix::parse("192.0.2.0/24").value(), Place{.asn = 1}});
  const auto databases = Databases::from_table(table);
  const auto partition = Partition::build(
      *databases, world.sets(), [&](std::uint32_t place, const std::vector<bool>& in_set) {
        return World<Number>::classify(databases->place(place).asn, in_set);
      });
  REQUIRE(partition.memory_bytes() >= least_bytes);
  for (const Number seam : world.seams()) {
    check_address(world, partition, seam);
    check_address(world, partition, static_cast<Number>(seam - 1));
    check_address(world, partition, static_cast<Number>(seam + random.below(64)));
  }
}

}  // namespace

TEST_CASE("IPv4: class and scope are the oracle's for random nested prefixes", "[geo][rfc7871]") {
  for (std::uint64_t seed = 1; seed <= 60; ++seed)
    check_world<Number32>(seed, {seed % 20, seed % 7});
}

TEST_CASE("IPv6: class and scope are the oracle's for random nested prefixes", "[geo][rfc7871]") {
  for (std::uint64_t seed = 1; seed <= 60; ++seed)
    check_world<Number128>(seed, {seed % 20, seed % 7});
}

TEST_CASE("partitions large enough for the wide tables keep to the oracle", "[geo][rfc7871]") {
  // The direct tables alone: 2^18 and 2^16 entries.
  check_world<Number32>(1001, {1500, 100, 1U << 18U}, 4U << 18U);
  check_world<Number128>(1002, {1500, 100, 1U << 18U}, 4U << 16U);
}
