#pragma once
// All names of all zones, laid out for answering.
//
//   table:  [tag | where] [tag | where] …          one probe for a name that exists
//               │
//   arena:      └─► NameRecord: header, RRset entries, the name, the records as an answer holds
//   them
//
// A static name with one address is one cache line. A name is looked up in the order of RFC
// 1034 4.3.2: delegation, DNAME, the name itself (empty non-terminals count), the wildcard at the
// closest encloser, nothing. Immutable; built at load time by one thread, read by every worker
// without a lock or an allocation.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "loadstar/base/huge_pages.hpp"
#include "loadstar/wire/name.hpp"
#include "loadstar/wire/types.hpp"
#include "loadstar/zone/content.hpp"
#include "loadstar/zone/name_hash.hpp"

namespace loadstar::zone {

/// One type at a name. `type` 0 is the mark of a steered name: `count` holds its types, `offset`
/// its index.
struct RRsetEntry {
  std::uint16_t type = 0;
  std::uint16_t count = 0;
  std::uint16_t length = 0;  ///< bytes of all records
  std::uint16_t plain =
      0;  ///< 1: no name within and no additional data, may be copied as it stands
  std::uint32_t offset = 0;  ///< of the records, from the start of the NameRecord
};

/// A name and all that stands at it. Lives in the catalog's arena only: what follows it in memory
/// belongs to it.
class NameRecord {
 public:
  enum Flag : std::uint8_t {
    kApex = 1,
    kCut = 2,  ///< NS below an apex: a delegation
    kDname = 4,
    kWildcard = 8,   ///< "*" stands right below it
    kOccluded = 16,  ///< below a cut or a DNAME: only glue
  };

  NameRecord(const NameRecord&) = delete;
  NameRecord& operator=(const NameRecord&) = delete;

  [[nodiscard]] bool is(Flag flag) const noexcept { return (flags_ & flag) != 0; }
  /// Flags that take a name out of the ordinary path.
  [[nodiscard]] bool is_ordinary() const noexcept { return (flags_ & (kCut | kOccluded)) == 0; }
  [[nodiscard]] std::uint32_t zone() const noexcept { return zone_; }
  [[nodiscard]] std::size_t name_length() const noexcept { return name_length_; }
  [[nodiscard]] const std::uint8_t* name() const noexcept {
    return bytes() + sizeof(NameRecord) + rrset_count_ * sizeof(RRsetEntry);
  }
  [[nodiscard]] std::span<const RRsetEntry> rrsets() const noexcept {
    return {reinterpret_cast<const RRsetEntry*>(bytes() + sizeof(NameRecord)), rrset_count_};
  }
  /// Null when the name has no such type.
  [[nodiscard]] const RRsetEntry* find(std::uint16_t type) const noexcept {
    for (const RRsetEntry& entry : rrsets())
      if (entry.type == type) return &entry;
    return nullptr;
  }
  /// The mark of a steered name, which stands first; null for static names.
  [[nodiscard]] const RRsetEntry* steered() const noexcept {
    const auto entries = rrsets();
    return !entries.empty() && entries.front().type == 0 ? &entries.front() : nullptr;
  }
  /// Bytes that it takes in the arena.
  [[nodiscard]] std::size_t size() const noexcept {
    std::size_t total = sizeof(NameRecord) + rrset_count_ * sizeof(RRsetEntry) + name_length_;
    for (const RRsetEntry& entry : rrsets()) total += entry.length;
    return total;
  }
  /// Whole records with owner C00C and uncompressed RDATA.
  [[nodiscard]] std::span<const std::uint8_t> records(const RRsetEntry& entry) const noexcept {
    return {bytes() + entry.offset, entry.length};
  }

 private:
  friend class CatalogBuilder;
  NameRecord() = default;
  [[nodiscard]] const std::uint8_t* bytes() const noexcept {
    return reinterpret_cast<const std::uint8_t*>(this);
  }

  std::uint32_t zone_ : 24 = 0;
  std::uint32_t flags_ : 8 = 0;
  std::uint8_t name_length_ = 0;
  std::uint8_t rrset_count_ = 0;
  std::uint16_t labels_ = 0;
};
static_assert(sizeof(NameRecord) == 8);

/// What a zone needs besides its names.
struct ZoneInfo {
  wire::Name origin;  ///< lowered
  std::uint32_t serial = 0;
  /// Where its names lie in the arena, in the catalog's units; empty non-terminals lie elsewhere.
  std::uint32_t first_place = 0;
  std::uint32_t end_place = 0;
  /// The SOA record of negative answers without its owner: type to RDATA, TTL = min(TTL, MINIMUM)
  /// (RFC 2308 5).
  std::vector<std::uint8_t> negative_soa;
  /// The delegation of this zone in a parent zone that is served too, for DS queries (RFC
  /// 4035 3.1.4.1); null without.
  const NameRecord* parent_side = nullptr;
};

/// What a name turned out to be.
struct Match {
  enum class Kind : std::uint8_t {
    NotOurs,  ///< outside every zone
    Node,  ///< `record` is the name itself, perhaps an empty non-terminal, an apex or a cut (when
           ///< `exact`)
    Wildcard,    ///< `record` is the wildcard that the name is made from
    Delegation,  ///< `record` is the topmost cut at or above the name
    Dname,       ///< `record` has a DNAME; the name is below it
    NxDomain,    ///< `record` is the closest encloser
  };
  Kind kind = Kind::NotOurs;
  const NameRecord* record = nullptr;
};

class Catalog {
 public:
  /// So many bytes may be read from where the records of a type start, for copies of a fixed size.
  static constexpr std::size_t kReadable = 32;

  /// The most specific zone owns a name. Errors are impossible here: the contents are checked.
  [[nodiscard]] static std::unique_ptr<const Catalog> build(std::span<const Content> zones,
                                                            std::uint64_t hash_key);
  Catalog(const Catalog&) = delete;
  Catalog& operator=(const Catalog&) = delete;
  ~Catalog();

  /// `name` is lowered and valid.
  [[nodiscard]] Match find(const std::uint8_t* name, std::size_t length) const noexcept {
    return find(name, length, hash_(name, length));
  }
  /// With what expect() said of the name.
  [[nodiscard]] Match find(const std::uint8_t* name, std::size_t length,
                           std::uint64_t hash) const noexcept {
    const NameRecord* const record = probe(name, length, hash);
    if (record != nullptr && record->is_ordinary()) [[likely]]
      return {Match::Kind::Node, record};
    return find_above(name, length, record);
  }
  /// What find() will have to read of the table is on its way from memory.
  [[nodiscard]] std::uint64_t expect(const std::uint8_t* name, std::size_t length) const noexcept {
    const std::uint64_t hash = hash_(name, length);
    __builtin_prefetch(&slots_[hash & mask_]);
    return hash;
  }
  /// The record of exactly this name, whatever its place; null without. Finds glue.
  [[nodiscard]] const NameRecord* probe(const std::uint8_t* name,
                                        std::size_t length) const noexcept {
    return probe(name, length, hash_(name, length));
  }

  /// The names of a zone that have data, one after another in no particular order: all that its
  /// file holds, also what is hidden below a cut or is answered by a child zone. Null at the end.
  [[nodiscard]] const NameRecord* first_name(std::uint32_t zone) const noexcept {
    return name_from(zones_[zone].first_place, zones_[zone].end_place);
  }
  [[nodiscard]] const NameRecord* next_name(std::uint32_t zone,
                                            const NameRecord& name) const noexcept;

  [[nodiscard]] const ZoneInfo& zone(std::uint32_t index) const noexcept { return zones_[index]; }
  [[nodiscard]] std::span<const ZoneInfo> zones() const noexcept { return zones_; }
  [[nodiscard]] std::size_t name_count() const noexcept { return name_count_; }
  [[nodiscard]] std::size_t memory_bytes() const noexcept;

 private:
  friend class CatalogBuilder;
  struct alignas(64) Line {
    std::uint8_t bytes[64];
  };
  struct Slot {
    std::uint32_t tag = 0;
    std::uint32_t place = kEmpty;  // in the arena, in units of kUnit
  };
  static constexpr std::uint32_t kEmpty = 0xffff'ffff;
  static constexpr std::size_t kUnit = 16;

  explicit Catalog(std::uint64_t hash_key) : hash_(hash_key) {}
  [[nodiscard]] const NameRecord* at(std::uint32_t place) const noexcept {
    return reinterpret_cast<const NameRecord*>(
        reinterpret_cast<const std::uint8_t*>(arena_.data()) + place * kUnit);
  }
  [[nodiscard]] const NameRecord* probe(const std::uint8_t* name, std::size_t length,
                                        std::uint64_t hash) const noexcept {
    const auto tag = static_cast<std::uint32_t>(hash >> 32);
    for (std::size_t i = hash & mask_;; i = (i + 1) & mask_) {
      const Slot slot = slots_[i];
      if (slot.place == kEmpty) return nullptr;
      if (slot.tag != tag) continue;
      const NameRecord* const record = at(slot.place);
      if (record->name_length() == length && wire::same_bytes(record->name(), name, length))
        return record;
    }
  }
  [[nodiscard]] const NameRecord* name_from(std::uint32_t place, std::uint32_t end) const noexcept;
  [[nodiscard]] Match find_above(const std::uint8_t* name, std::size_t length,
                                 const NameRecord* record) const noexcept;
  [[nodiscard]] Match below_encloser(const std::uint8_t* name, std::size_t length,
                                     const NameRecord* encloser) const noexcept;

  NameHash hash_;
  std::size_t mask_ = 0;
  std::size_t name_count_ = 0;
  std::size_t most_labels_ = 0;
  base::HugeVector<Slot> slots_;
  base::HugeVector<Line> arena_;
  std::vector<ZoneInfo> zones_;
};

}  // namespace loadstar::zone
