#pragma once
// The MaxMind databases of a server: what they know of an address, and all their networks in order, for the partition. Read at
// load time and by `explain`; never in a query.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "loadstar/base/address.hpp"
#include "loadstar/geo/place.hpp"

namespace loadstar::geo {

/// What one database is and how old, for status and metrics.
struct DatabaseInfo {
  std::string path;
  std::string type;  ///< "GeoLite2-City"
  std::uint64_t build_epoch = 0;  ///< seconds since 1970
};

/// A run of addresses, both ends included, that every database treats alike. `place` indexes Databases::place().
struct Network {
  base::Address first;
  base::Address last;
  std::uint32_t place = 0;
};

/// An open set of databases: City or Country, and ASN. Immutable; shared by snapshots; safe from any thread.
class Databases {
 public:
  /// Opens .mmdb files and every .mmdb of directories. Of several with location data, City beats Country; of the same kind the
  /// newest wins. Throws base::ConfigError naming each file that is missing or broken. No paths: an empty set, which knows nothing.
  [[nodiscard]] static std::shared_ptr<const Databases> open(
      const std::vector<std::filesystem::path>& paths);

  virtual ~Databases() = default;
  [[nodiscard]] virtual std::vector<DatabaseInfo> info() const = 0;
  /// For explain: a direct look-up, by the same decoder that networks() uses.
  [[nodiscard]] virtual Place look_up(const base::Address& address) const = 0;
  /// All addresses of the family from first to last without gaps, equal neighbours merged. Index 0 is the unknown place.
  /// IPv6 leaves out the aliases of IPv4 (2002::/16, ::ffff:0:0/96, 64:ff9b::/96, 2001::/32): their place is 0 there, since
  /// such clients are looked up by the IPv4 address within. Throws base::ConfigError on a database that is broken inside.
  [[nodiscard]] virtual const std::vector<Network>& networks(base::Family family) const = 0;
  [[nodiscard]] virtual const Place& place(std::uint32_t index) const = 0;
  [[nodiscard]] virtual std::uint32_t place_count() const = 0;
};

}  // namespace loadstar::geo
