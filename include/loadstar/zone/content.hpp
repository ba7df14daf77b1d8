#pragma once
// One zone's records, collected and checked, before they are laid out for answering.
//
//   JSON values ──► parse_rdata (ldns) ─┐
//                                       ├─► ContentBuilder ─► Content ─► Catalog
//   master file ──► read_master_file ───┘
//
// Built at load time, read by Catalog::build only. The query path never sees it.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "loadstar/base/diagnostic.hpp"
#include "loadstar/base/huge_pages.hpp"
#include "loadstar/wire/name.hpp"
#include "loadstar/wire/types.hpp"

namespace loadstar::zone {

/// Which types a steered name answers; bits of Steered::types.
namespace steered {
inline constexpr std::uint16_t kA = 1, kAaaa = 2, kCname = 4, kHttps = 8;
}

/// A name whose addresses a policy chooses. `index` is the answer module's number for it; this
/// module only carries it.
struct Steered {
  std::uint32_t index = 0;
  std::uint16_t types = 0;
};

/// Records of one owner and type: one TTL, no repetitions (RFC 2181 5).
struct RRset {
  std::uint16_t type = 0;
  std::uint16_t count = 0;
  /// Whole records as an answer holds them: owner C00C, type, class IN, TTL, RDLENGTH, RDATA
  /// uncompressed.
  std::span<const std::uint8_t> records;
};

/// Everything at one owner name. Valid as long as the Content lives.
struct Owner {
  std::span<const std::uint8_t> name;  ///< lowered wire name
  std::span<const RRset> rrsets;       ///< by type, ascending
  const Steered* steered = nullptr;    ///< null: static data only
};

/// The largest RRset that fits any answer, with room for header, question and OPT.
inline constexpr std::size_t kMaxRRsetBytes = 65'000;
inline constexpr std::size_t kMaxTypesPerName = 250;

/// A zone that passed every check: one SOA and NS at its apex, nothing outside it, CNAME alone at
/// its name.
class Content {
 public:
  [[nodiscard]] const wire::Name& origin() const noexcept { return origin_; }
  [[nodiscard]] std::span<const Owner> owners() const noexcept { return owners_; }
  [[nodiscard]] std::uint32_t serial() const noexcept { return serial_; }

 private:
  friend class ContentBuilder;
  wire::Name origin_;  // lowered
  std::uint32_t serial_ = 0;
  base::HugeVector<std::uint8_t> bytes_;  // the builder's, with the names
  base::HugeVector<std::uint8_t> rendered_;
  base::HugeVector<RRset> rrsets_;
  std::vector<Steered> steered_;
  base::HugeVector<Owner> owners_;
};

/// The parts of a generated SOA record.
struct SoaFields {
  wire::Name mname;  ///< the root: the first NS of the apex
  wire::Name rname;
  std::uint32_t serial = 0, refresh = 0, retry = 0, expire = 0, minimum = 0;
  std::uint32_t ttl = 0;
};

class ContentBuilder {
 public:
  /// `where` is blamed for what the zone as a whole lacks; all its records are in the same file.
  /// `diagnostics` must outlive the builder.
  ContentBuilder(const wire::Name& origin, base::Where where, base::Diagnostics& diagnostics);

  /// Spares a large zone that its tables grow step by step. `bytes`: of names and RDATA.
  void reserve(std::size_t records, std::size_t bytes) {
    records_.reserve(records + 1);  // and the SOA
    bytes_.reserve(bytes);
  }

  /// Adds a record given as text; what is wrong with it goes to the diagnostics. Relative names in
  /// it are the zone's.
  void add_text(const wire::Name& owner, std::uint16_t type, std::uint32_t ttl,
                std::string_view rdata, base::Where where);
  /// Adds a record given as uncompressed wire RDATA.
  void add(const wire::Name& owner, std::uint16_t type, std::uint32_t ttl,
           std::span<const std::uint8_t> rdata, base::Where where);
  void add_steered(const wire::Name& owner, const Steered& steered, base::Where where);
  void generate_soa(const SoaFields& fields) { soa_ = fields; }

  /// Checks the zone as a whole and gives it out. When the diagnostics have an error the result is
  /// not to be used.
  [[nodiscard]] Content finish();

 private:
  /// A record, or a steered mark (type 0, RDATA = its index in steered_). Names and RDATA stand in
  /// bytes_.
  struct Record {
    std::uint32_t name_offset = 0;
    std::uint32_t rdata_offset = 0;
    std::uint32_t ttl = 0;
    std::uint32_t offset = 0;  // in the file
    std::uint16_t type = 0;
    std::uint16_t rdata_length = 0;
    std::uint8_t name_length = 0;
  };
  using Group = std::span<const Record>;  // records of one owner, sorted by type

  [[nodiscard]] std::span<const std::uint8_t> name_of(const Record& record) const;
  [[nodiscard]] std::span<const std::uint8_t> rdata_of(const Record& record) const;
  [[nodiscard]] base::Where where_of(const Record& record) const noexcept {
    return {where_.file, record.offset};
  }
  [[nodiscard]] bool same_owner(const Record& a, const Record& b) const;
  void append(const wire::Name& owner, Record record, std::span<const std::uint8_t> rdata);
  void sort_records();
  void add_generated_soa();
  void check_apex();
  void check_owner(Group group);
  void check_rrset(Group rrset);
  void check_delegation(Group name_servers);
  [[nodiscard]] bool has_address(const wire::Name& name) const;
  [[nodiscard]] std::size_t rendered_size() const;
  void render_owner(Group group, Content& content) const;
  void render_rrset(Group rrset, Content& content) const;

  wire::Name origin_;
  base::Where where_;
  base::Diagnostics& diagnostics_;
  base::HugeVector<std::uint8_t> bytes_;
  base::HugeVector<Record> records_;
  std::vector<Steered> steered_;
  std::optional<SoaFields> soa_;
};

}  // namespace loadstar::zone
