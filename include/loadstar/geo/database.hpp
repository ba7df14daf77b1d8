#pragma once
// The MaxMind databases of a server: what they know of an address, and all their networks in order,
// for the partition. Read at load time and by `explain`; never in a query.
//
//   City or Country .mmdb ─┐
//                          ├─ walk once, overlay ─► runs of addresses ─► place index ─► Place
//   ASN .mmdb ─────────────┘
//
// Everything is read at open() and the files are closed again, so that neither a file that is
// overwritten in place nor one that is broken inside can hurt a server that has loaded it.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "loadstar/base/address.hpp"
#include "loadstar/geo/place.hpp"
#include "loadstar/geo/runs.hpp"

namespace loadstar::geo {

class PartitionMemo;

/// What one database is and how old, for status and metrics.
struct DatabaseInfo {
  std::string path;
  std::string type;               ///< "GeoLite2-City"
  std::uint64_t build_epoch = 0;  ///< seconds since 1970
};

/// A network and where it is, for Databases::from_table.
struct PlacedNetwork {
  base::Prefix network;
  Place place;
};

/// A set of databases: City or Country, and ASN. Immutable; shared by snapshots; safe from any
/// thread.
class Databases {
 public:
  /// Reads .mmdb files and every .mmdb of directories. Of several with location data, City beats
  /// Country; of the same kind the newest wins. Throws base::ConfigError naming each file that is
  /// missing or broken, be it deep inside. No paths: an empty set, which knows nothing. Returns
  /// `previous` when that is of the same files and none of them has changed.
  [[nodiscard]] static std::shared_ptr<const Databases> open(
      const std::vector<std::filesystem::path>& paths,
      const std::shared_ptr<const Databases>& previous = nullptr);
  /// The same from a table, for tests and simulations: the longest prefix wins, of equal ones the
  /// last.
  [[nodiscard]] static std::shared_ptr<const Databases> from_table(
      std::span<const PlacedNetwork> table);

  ~Databases();

  /// The databases that are in use.
  [[nodiscard]] const std::vector<DatabaseInfo>& info() const noexcept;
  /// For explain: a binary search. An IPv6 address that carries an IPv4 address is looked up by
  /// that one.
  [[nodiscard]] Place look_up(const base::Address& address) const;

  /// The place of an index, put together from its parts. Index 0 is the unknown place; below
  /// place_count().
  [[nodiscard]] Place place(std::uint32_t index) const;
  [[nodiscard]] std::uint32_t place_count() const noexcept;

  /// All addresses as runs that the databases treat alike, with place indices.
  [[nodiscard]] const Runs<Number32>& runs_v4() const noexcept;
  /// IPv6 leaves out ::/96, which holds the IPv4 addresses in a database, and the aliases of it
  /// (base::kEmbeddings): what stands there means nothing, since such clients are looked up by the
  /// IPv4 address within.
  [[nodiscard]] const Runs<Number128>& runs_v6() const noexcept;

  /// Those made by Partition::by_place.
  [[nodiscard]] PartitionMemo& partitions() const noexcept;

  [[nodiscard]] std::size_t memory_bytes() const noexcept;

 private:
  struct Content;
  explicit Databases(std::unique_ptr<const Content> content);
  std::unique_ptr<const Content> content_;
};

}  // namespace loadstar::geo
