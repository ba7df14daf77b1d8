#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <new>
#include <optional>
#include <unordered_map>

#include "loadstar/wire/bytes.hpp"
#include "loadstar/zone/catalog.hpp"
#include "loadstar/zone/rdata.hpp"

namespace loadstar::zone {

using Bytes = std::span<const std::uint8_t>;

/// Lays contents out into a catalog: names first, then what they mean to each other.
class CatalogBuilder {
 public:
  CatalogBuilder(std::span<const Content> contents, std::uint64_t hash_key)
      : contents_(contents), catalog_(new Catalog(hash_key)) {}

  std::unique_ptr<const Catalog> build() {
    reserve();
    add_zones();
    for (std::uint32_t zone = 0; zone < contents_.size(); ++zone) add_owners(zone);
    mark_places();
    add_empty_non_terminals();
    mark_occluded();
    mark_wildcards();
    settle_parent_sides();
    return std::move(catalog_);
  }

 private:
  using Place = std::uint32_t;
  static constexpr std::size_t kLine = sizeof(Catalog::Line);

  void reserve() {
    std::size_t names = 0;
    for (const Content& content : contents_) names += content.owners().size();
    resize_table(names);
    places_.reserve(names);
    catalog_->arena_.reserve(lines_for(arena_size()));
  }

  /// Bytes that the names with data take.
  std::size_t arena_size() const {
    std::size_t used = 0;
    for (const Content& content : contents_) {
      for (const Owner& owner : content.owners()) {
        const std::size_t size = record_size(owner);
        used = end_of(start_of(used, size), size);
      }
    }
    return used;
  }

  void resize_table(std::size_t names) {
    const std::size_t slots = std::bit_ceil(std::max<std::size_t>(16, names * 2));
    catalog_->slots_.assign(slots, Catalog::Slot{});
    catalog_->mask_ = slots - 1;
    for (const Place place : places_) insert(place);
  }

  void add_zones() {
    for (std::uint32_t i = 0; i < contents_.size(); ++i) {
      const Content& content = contents_[i];
      ZoneInfo info;
      info.origin = content.origin();
      info.serial = content.serial();
      catalog_->zones_.push_back(std::move(info));
      const auto origin = content.origin().bytes();
      zone_of_origin_.emplace(std::string(origin.begin(), origin.end()), i);
    }
    parent_places_.resize(contents_.size());
  }

  /// The most specific zone that a name lies in.
  std::uint32_t owner_zone(Bytes name) const {
    if (contents_.size() == 1) return 0;
    for (std::size_t at = 0;; at += name[at] + 1U) {
      const auto suffix = name.subspan(at);
      const auto found = zone_of_origin_.find(std::string(suffix.begin(), suffix.end()));
      if (found != zone_of_origin_.end()) return found->second;
    }
  }

  void add_owners(std::uint32_t zone) {
    ZoneInfo& info = catalog_->zones_[zone];
    info.first_place = next_place();
    add_names(zone);
    info.end_place = next_place();
  }

  void add_names(std::uint32_t zone) {
    for (const Owner& owner : contents_[zone].owners()) {
      const std::uint32_t specific = owner_zone(owner.name);
      if (specific == zone) {
        add_name(write_record(owner, zone));
      } else if (std::ranges::equal(owner.name, contents_[specific].origin().bytes())) {
        parent_places_[specific] = write_record(owner, zone);
      } else {
        // The child's to answer; the parent's to transfer.
        write_record(owner, zone);
      }
    }
  }

  // ---- the arena

  NameRecord& at(Place place) { return const_cast<NameRecord&>(*catalog_->at(place)); }

  static std::size_t record_size(const Owner& owner) {
    const std::size_t entries = owner.rrsets.size() + (owner.steered != nullptr ? 1 : 0);
    std::size_t size = sizeof(NameRecord) + entries * sizeof(RRsetEntry) + owner.name.size();
    for (const RRset& rrset : owner.rrsets) size += rrset.records.size();
    return size;
  }

  Place next_place() const { return static_cast<Place>(used_ / Catalog::kUnit); }

  static std::size_t round_up(std::size_t bytes, std::size_t unit) {
    return (bytes + unit - 1) / unit * unit;
  }

  /// Where a record starts behind `used` bytes: one that fits a cache line does not cross one.
  static std::size_t start_of(std::size_t used, std::size_t size) {
    const bool crosses = size <= kLine && used % kLine + size > kLine;
    return crosses ? round_up(used, kLine) : used;
  }

  static std::size_t end_of(std::size_t start, std::size_t size) {
    return round_up(start + size, Catalog::kUnit);
  }

  static std::size_t lines_for(std::size_t used) {
    return round_up(used + Catalog::kReadable, kLine) / kLine;
  }

  Place allocate(std::size_t size) {
    const std::size_t start = start_of(used_, size);
    used_ = end_of(start, size);
    catalog_->arena_.resize(lines_for(used_));
    return static_cast<Place>(start / Catalog::kUnit);
  }

  Place write_record(const Owner& owner, std::uint32_t zone) {
    const Place place = allocate(record_size(owner));
    auto* const start = reinterpret_cast<std::uint8_t*>(&at(place));
    auto* const record = new (start) NameRecord;
    record->zone_ = zone & 0xff'ffff;
    record->name_length_ = static_cast<std::uint8_t>(owner.name.size());
    record->rrset_count_ =
        static_cast<std::uint8_t>(owner.rrsets.size() + (owner.steered != nullptr ? 1 : 0));
    record->labels_ = label_count(owner.name);

    std::uint8_t* entry_at = start + sizeof(NameRecord);
    const auto put_entry = [&](const RRsetEntry& entry) {
      std::memcpy(entry_at, &entry, sizeof entry);
      entry_at += sizeof entry;
    };
    std::size_t data = sizeof(NameRecord) + record->rrset_count_ * sizeof(RRsetEntry);
    std::memcpy(start + data, owner.name.data(), owner.name.size());
    data += owner.name.size();
    if (owner.steered != nullptr) put_entry({0, owner.steered->types, 0, 0, owner.steered->index});
    for (const RRset& rrset : owner.rrsets) {
      const auto length = static_cast<std::uint16_t>(rrset.records.size());
      put_entry({rrset.type, rrset.count, length, is_plain(rrset.type),
                 static_cast<std::uint32_t>(data)});
      std::memcpy(start + data, rrset.records.data(), rrset.records.size());
      data += rrset.records.size();
    }
    return place;
  }

  static std::uint16_t is_plain(std::uint16_t type) {
    switch (type) {
      case wire::type::kSrv:
      case wire::type::kSvcb:
      case wire::type::kHttps:
      case wire::type::kDname: return 0;
      default: return compressible_names(type).names == 0 ? 1 : 0;
    }
  }

  static std::uint16_t label_count(Bytes name) {
    std::uint16_t count = 0;
    for (std::size_t at = 0; name[at] != 0; at += name[at] + 1U) ++count;
    return count;
  }

  // ---- the table

  void insert(Place place) {
    const NameRecord& record = at(place);
    const std::uint64_t hash = catalog_->hash_(record.name(), record.name_length());
    std::size_t i = hash & catalog_->mask_;
    while (catalog_->slots_[i].place != Catalog::kEmpty) i = (i + 1) & catalog_->mask_;
    catalog_->slots_[i] = {static_cast<std::uint32_t>(hash >> 32), place};
  }

  void add_name(Place place) {
    places_.push_back(place);
    catalog_->most_labels_ = std::max<std::size_t>(catalog_->most_labels_, at(place).labels_);
    if (places_.size() * 2 > catalog_->slots_.size()) return resize_table(places_.size());
    insert(place);
  }

  NameRecord* find(Bytes name) {
    return const_cast<NameRecord*>(catalog_->probe(name.data(), name.size()));
  }

  static Bytes name_of(const NameRecord& record) { return {record.name(), record.name_length()}; }
  static Bytes parent_of(Bytes name) { return name.subspan(name[0] + 1U); }

  // ---- what names mean to each other

  void mark_places() {
    for (const Place place : places_) {
      NameRecord& record = at(place);
      const bool apex = name_of(record).size() == catalog_->zones_[record.zone()].origin.length();
      if (apex) {
        record.flags_ |= NameRecord::kApex;
        fill_zone(record);
      } else if (record.find(wire::type::kNs) != nullptr) {
        record.flags_ |= NameRecord::kCut;
      }
      if (record.find(wire::type::kDname) != nullptr) record.flags_ |= NameRecord::kDname;
      has_cuts_ |= record.is(NameRecord::kCut) || record.is(NameRecord::kDname);
    }
  }

  void fill_zone(const NameRecord& apex) {
    const RRsetEntry* const soa = apex.find(wire::type::kSoa);
    if (soa == nullptr) return;
    const auto record = apex.records(*soa).subspan(2);  // without the owner
    auto& negative = catalog_->zones_[apex.zone()].negative_soa;
    negative.assign(record.begin(), record.end());
    const std::uint32_t minimum = wire::read_u32(negative.data() + negative.size() - 4);
    wire::write_u32(negative.data() + 4, std::min(wire::read_u32(negative.data() + 4), minimum));
  }

  /// Calls `visit` with each strict ancestor of a name up to its zone's apex, nearest first, until
  /// it returns false.
  template <class Visit>
  void for_each_ancestor(Place place, Visit visit) {
    const std::size_t apex_length = catalog_->zones_[at(place).zone()].origin.length();
    if (at(place).name_length() == apex_length) return;
    // Copied: what is visited may add names, and the arena then moves.
    std::array<std::uint8_t, wire::kMaxNameLength> name;
    const Bytes stored = name_of(at(place));
    wire::write_bytes(name.data(), stored);
    for (Bytes above = parent_of(Bytes(name).first(stored.size()));; above = parent_of(above)) {
      if (!visit(above) || above.size() == apex_length) return;
    }
  }

  void add_empty_non_terminals() {
    const std::size_t named = places_.size();
    for (std::size_t i = 0; i < named; ++i) {
      const std::uint32_t zone = at(places_[i]).zone();
      for_each_ancestor(places_[i], [&](Bytes above) {
        if (find(above) != nullptr)
          return false;  // its ancestors are there, or are added in its turn
        add_name(write_record(Owner{above, {}, nullptr}, zone));
        return true;
      });
    }
    catalog_->name_count_ = places_.size();
  }

  void mark_occluded() {
    if (!has_cuts_) return;
    for (const Place place : places_) {
      bool occluded = false;
      for_each_ancestor(place, [&](Bytes above) {
        const NameRecord* const ancestor = find(above);
        occluded = ancestor->is(NameRecord::kCut) || ancestor->is(NameRecord::kDname);
        return !occluded;
      });
      if (occluded) at(place).flags_ |= NameRecord::kOccluded;
    }
  }

  void mark_wildcards() {
    for (const Place place : places_) {
      const Bytes name = name_of(at(place));
      if (name[0] != 1 || name[1] != '*' || at(place).is(NameRecord::kApex)) continue;
      if (at(place).is(NameRecord::kOccluded)) continue;
      find(parent_of(name))->flags_ |= NameRecord::kWildcard;
    }
  }

  void settle_parent_sides() {
    for (std::size_t i = 0; i < parent_places_.size(); ++i)
      if (parent_places_[i]) catalog_->zones_[i].parent_side = &at(*parent_places_[i]);
  }

  std::span<const Content> contents_;
  std::unique_ptr<Catalog> catalog_;
  std::size_t used_ = 0;
  bool has_cuts_ = false;  // delegations or DNAMEs: something can be hidden below them
  std::vector<Place> places_;
  std::vector<std::optional<Place>> parent_places_;
  std::unordered_map<std::string, std::uint32_t> zone_of_origin_;
};

std::unique_ptr<const Catalog> Catalog::build(std::span<const Content> zones,
                                              std::uint64_t hash_key) {
  return CatalogBuilder(zones, hash_key).build();
}

}  // namespace loadstar::zone
