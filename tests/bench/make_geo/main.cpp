// Makes a database of places that is as large as the real ones, about 3 million networks, and
// clients to ask with: make_geo FOLDER. It holds geo.mmdb and, for each client whose whole network
// is in one country, a line "NETWORK COUNTRY CONTINENT" in clients4.txt (/24) and clients6.txt
// (/56). The same program makes the same files.
//
// Blocks are split at random, and a part of a block is in another country than the rest only now
// and then, as networks are handed out.
#include <algorithm>
#include <arpa/inet.h>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <random>
#include <span>
#include <stdexcept>

#include "mmdb.hpp"
#include "world.hpp"

namespace bench = loadstar::bench;
using Address = std::array<std::uint8_t, 16>;

namespace {

constexpr std::size_t kPlaces = 20'000;
constexpr std::size_t kClients = 65'536;
constexpr double kMoves = 0.05;  // chance that half of a block is in another country
constexpr unsigned kSource4 = 24, kSource6 = 56;

/// How likely a block of so many bits is not split any further, and that it is nobody's.
struct Shape {
  unsigned first, last;  // shortest and longest prefix of a leaf
  double (*stays)(unsigned length);
  double empty;
};

double stays4(unsigned length) {
  constexpr std::array kChances{.04, .06, .09, .12, .16, .21, .28, .38, .50, .98, .6, .6, .6, 1.0};
  return kChances[length - 15];
}
double stays6(unsigned length) { return length < 32 ? .32 : length == 32 ? .85 : .55; }

constexpr Shape kShape4{15, 28, stays4, .02};
constexpr Shape kShape6{22, 48, stays6, .3};

void set_bit(Address& address, unsigned bit) {
  std::uint8_t& byte = address[bit / 8];
  byte = static_cast<std::uint8_t>(byte | 0x80 >> bit % 8);
}

class World {
 public:
  explicit World(bench::MmdbFile& file) : file_(file) {
    for (std::size_t i = 0; i < kPlaces; ++i) add_place(i);
  }

  /// Networks of one address family below a block. `sample` gets clients.
  bench::MmdbLink grow(Address network, unsigned length, const Shape& shape, unsigned offset) {
    return grow_block({network, offset + length, some_country()}, shape, offset);
  }

  struct Client {
    Address network;
    std::size_t country;
  };
  [[nodiscard]] std::span<const Client> clients() const { return clients_; }
  [[nodiscard]] std::size_t networks() const { return networks_; }
  void forget_clients() {
    clients_.clear();
    seen_ = 0;
  }

 private:
  struct Block {
    Address network;
    unsigned length;  // of the IPv6 address
    std::size_t country;
  };

  void add_place(std::size_t number) {
    const std::size_t country = number < bench::kCountries.size() ? number : some_country();
    places_[country].push_back(bench::MmdbLink::record(file_.data.bytes().size()));
    file_.data.map(4)
        .text("city")
        .map(1)
        .text("names")
        .map(1)
        .text("en")
        .text(fmt::format("City {}", number))
        .text("continent")
        .map(1)
        .text("code")
        .text(bench::kCountries[country].continent)
        .text("country")
        .map(1)
        .text("iso_code")
        .text(bench::kCountries[country].code)
        .text("location")
        .map(2)
        .text("latitude")
        .number(uniform() * 180 - 90)
        .text("longitude")
        .number(uniform() * 360 - 180);
  }

  double uniform() { return std::uniform_real_distribution<double>()(random_); }
  std::size_t below(std::size_t end) { return random_() % end; }
  /// The first ones much more often.
  std::size_t some_country() {
    const double chance = uniform();
    return static_cast<std::size_t>(chance * chance * chance *
                                    static_cast<double>(bench::kCountries.size()));
  }

  bench::MmdbLink grow_block(Block block, const Shape& shape, unsigned offset) {
    const unsigned length = block.length - offset;
    if (length >= shape.first && (length == shape.last || uniform() < shape.stays(length)))
      return leaf(block, shape);
    std::array<bench::MmdbLink, 2> halves;
    for (unsigned bit = 0; bit < 2; ++bit) {
      Block half = block;
      ++half.length;
      if (bit == 1) set_bit(half.network, block.length);
      if (uniform() < kMoves) half.country = some_country();
      halves[bit] = grow_block(half, shape, offset);
    }
    return file_.make_node(halves[0], halves[1]);
  }

  bench::MmdbLink leaf(const Block& block, const Shape& shape) {
    if (uniform() < shape.empty) return {};
    ++networks_;
    const unsigned source = shape.last == kShape4.last ? 96 + kSource4 : kSource6;
    if (block.length <= source) sample(block, source);
    const auto& places = places_[block.country];
    return places[below(places.size())];
  }

  /// Keeps kClients of all that come by, each as likely.
  void sample(const Block& block, unsigned source) {
    const std::size_t at = seen_ < kClients ? seen_ : below(seen_ + 1);
    ++seen_;
    if (at >= kClients) return;
    if (at == clients_.size()) clients_.emplace_back();
    Client& client = clients_[at];
    client = {block.network, block.country};
    for (unsigned bit = block.length; bit < source; ++bit)
      if (random_() % 2 == 1) set_bit(client.network, bit);
  }

  bench::MmdbFile& file_;
  std::mt19937_64 random_{1};
  std::array<std::vector<bench::MmdbLink>, bench::kCountries.size()> places_;
  std::vector<Client> clients_;
  std::size_t seen_ = 0;
  std::size_t networks_ = 0;
};

Address at(std::initializer_list<std::uint8_t> bytes) {
  Address address{};
  std::ranges::copy(bytes, address.begin());
  return address;
}

/// All of 1.0.0.0 to 223.255.255.255 but 10.0.0.0/8 and 127.0.0.0/8, once below ::/96 and from
/// where else real databases lead there.
void grow_ipv4(bench::MmdbFile& file, World& world) {
  std::array<bench::MmdbLink, 256> octets;
  for (unsigned octet = 1; octet < 224; ++octet) {
    if (octet == 10 || octet == 127) continue;
    Address network{};
    network[12] = static_cast<std::uint8_t>(octet);
    octets[octet] = world.grow(network, 8, kShape4, 96);
  }
  for (std::size_t width = 128; width > 0; width /= 2)
    for (std::size_t i = 0; i < width; ++i)
      octets[i] = file.make_node(octets[2 * i], octets[2 * i + 1]);
  file.graft({}, 96, octets[0]);
  file.graft(at({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}), 96, octets[0]);
  file.graft(at({0x20, 0x01, 0, 0}), 32, octets[0]);
  file.graft(at({0x20, 0x02}), 16, octets[0]);
}

/// A dozen /12 of 2400::/8 and 2a00::/8.
void grow_ipv6(bench::MmdbFile& file, World& world) {
  for (unsigned i = 0; i < 12; ++i) {
    const Address network =
        at({static_cast<std::uint8_t>(i < 6 ? 0x24 : 0x2a), static_cast<std::uint8_t>(i % 6 * 16)});
    file.graft(network, 12, world.grow(network, 12, kShape6, 0));
  }
}

void write_clients(const std::filesystem::path& path, const World& world, int family) {
  std::ofstream out(path);
  const bool v4 = family == AF_INET;
  for (const World::Client& client : world.clients()) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    inet_ntop(family, client.network.data() + (v4 ? 12 : 0), text.data(), text.size());
    const bench::Country& country = bench::kCountries[client.country];
    out << fmt::format("{}/{} {} {}\n", text.data(), v4 ? kSource4 : kSource6, country.code,
                       country.continent);
  }
  if (!out.flush()) throw std::runtime_error("cannot write " + path.string());
}

void make(const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  bench::MmdbFile file;
  World world(file);
  grow_ipv4(file, world);
  const std::size_t ipv4 = world.networks();
  write_clients(folder / "clients4.txt", world, AF_INET);
  world.forget_clients();
  grow_ipv6(file, world);
  write_clients(folder / "clients6.txt", world, AF_INET6);
  file.write(folder / "geo.mmdb", "Loadstar-Bench-City");
  fmt::print("{} IPv4 and {} IPv6 networks, {} nodes\n", ipv4, world.networks() - ipv4,
             file.nodes());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    fmt::print(stderr, "usage: make_geo FOLDER\n");
    return 2;
  }
  try {
    make(argv[1]);
  } catch (const std::exception& error) {
    fmt::print(stderr, "make_geo: {}\n", error.what());
    return 1;
  }
}
