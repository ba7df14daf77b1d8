#include "loadstar/zone/content.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <fmt/format.h>

#include "loadstar/wire/bytes.hpp"
#include "loadstar/wire/message.hpp"
#include "loadstar/zone/rdata.hpp"

namespace loadstar::zone {
namespace {

constexpr std::uint16_t kSteeredMark = 0;     // type 0 is reserved (RFC 6895), so no record has it
constexpr std::size_t kManyNameServers = 13;  // as many as the root has
constexpr std::size_t kRecordHeader = 12;     // C00C, type, class, TTL, RDLENGTH

int compare(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b) {
  const std::size_t common = std::min(a.size(), b.size());
  const int order = common == 0 ? 0 : std::memcmp(a.data(), b.data(), common);
  if (order != 0) return order;
  return a.size() < b.size() ? -1 : static_cast<int>(a.size() > b.size());
}

/// Room for `size` more bytes at the end.
std::span<std::uint8_t> grow(base::HugeVector<std::uint8_t>& bytes, std::size_t size) {
  bytes.resize(bytes.size() + size);
  return std::span(bytes).last(size);
}

/// Calls `visit` with each run of neighbours that `same` says belong together.
template <class Range, class Same, class Visit>
void for_each_run(const Range& range, Same same, Visit visit) {
  for (auto first = range.begin(); first != range.end();) {
    auto last = first + 1;
    while (last != range.end() && same(*first, *last)) ++last;
    visit(std::span(first, last));
    first = last;
  }
}

/// Sorts what is made of few sorted runs, as most zone files are, in one pass, and all else too.
/// Stable.
template <class T, class Less>
void sort_by_runs(std::span<T> range, Less less) {
  constexpr std::size_t kFewRuns = 8;
  std::size_t runs = 1;
  for (auto middle = std::ranges::is_sorted_until(range, less); middle != range.end(); ++runs) {
    if (runs == kFewRuns) {
      std::ranges::stable_sort(range, less);
      return;
    }
    const auto end = std::ranges::is_sorted_until(middle, range.end(), less);
    std::ranges::inplace_merge(range.begin(), middle, end, less);
    middle = end;
  }
}

constexpr auto kSameType = [](const auto& a, const auto& b) { return a.type == b.type; };

void append_u32(std::vector<std::uint8_t>& out, std::uint32_t value) {
  out.resize(out.size() + 4);
  wire::write_u32(out.data() + out.size() - 4, value);
}

std::string name_text(std::span<const std::uint8_t> name) {
  return wire::Name::from_wire(name).value_or(wire::Name{}).to_string();
}

}  // namespace

ContentBuilder::ContentBuilder(const wire::Name& origin, base::Where where,
                               base::Diagnostics& diagnostics)
    : origin_(origin.lowered()), where_(where), diagnostics_(diagnostics) {}

void ContentBuilder::add_text(const wire::Name& owner, std::uint16_t type, std::uint32_t ttl,
                              std::string_view rdata, base::Where where) {
  const auto parsed = parse_rdata(type, rdata, origin_);
  if (!parsed) return diagnostics_.error(where, parsed.error());
  add(owner, type, ttl, *parsed, where);
}

void ContentBuilder::add(const wire::Name& owner, std::uint16_t type, std::uint32_t ttl,
                         std::span<const std::uint8_t> rdata, base::Where where) {
  // Nor may a file set the mark of a steered name.
  if (type == kSteeredMark) {
    return diagnostics_.error(
        where, fmt::format("{} has a record of type 0, which is reserved (RFC 6895 3.1)",
                           owner.to_string()));
  }
  if (const std::string fault = rdata_fault(type, rdata); !fault.empty()) {
    return diagnostics_.error(
        where, fmt::format("the {} record of {} {}", wire::type_to_string(type), owner.to_string(),
                           fault));
  }
  Record record;
  record.type = type;
  record.ttl = ttl;
  record.offset = static_cast<std::uint32_t>(where.offset);
  append(owner, record, rdata);
}

void ContentBuilder::add_steered(const wire::Name& owner, const Steered& steered,
                                 base::Where where) {
  Record mark;
  mark.type = kSteeredMark;
  mark.offset = static_cast<std::uint32_t>(where.offset);
  std::array<std::uint8_t, 4> index{};
  wire::write_u32(index.data(), static_cast<std::uint32_t>(steered_.size()));
  steered_.push_back(steered);
  append(owner, mark, index);
}

void ContentBuilder::append(const wire::Name& owner, Record record,
                            std::span<const std::uint8_t> rdata) {
  const wire::Name name = owner.lowered();
  if (!name.is_within(origin_)) {
    return diagnostics_.error(
        where_of(record),
        fmt::format("\"{}\" is outside the zone {}", owner.to_string(), origin_.to_string()));
  }
  record.name_offset = static_cast<std::uint32_t>(bytes_.size());
  record.name_length = static_cast<std::uint8_t>(name.length());
  record.rdata_offset = record.name_offset + record.name_length;
  record.rdata_length = static_cast<std::uint16_t>(rdata.size());
  const std::span room = grow(bytes_, name.length() + rdata.size());
  wire::write_bytes(wire::write_bytes(room.data(), name.bytes()), rdata);
  records_.push_back(record);
}

std::span<const std::uint8_t> ContentBuilder::name_of(const Record& record) const {
  return std::span(bytes_).subspan(record.name_offset, record.name_length);
}

std::span<const std::uint8_t> ContentBuilder::rdata_of(const Record& record) const {
  return std::span(bytes_).subspan(record.rdata_offset, record.rdata_length);
}

bool ContentBuilder::same_owner(const Record& a, const Record& b) const {
  return compare(name_of(a), name_of(b)) == 0;
}

/// By owner, type and RDATA, so that RRsets are runs and the same content is in the same order
/// whatever the file's.
void ContentBuilder::sort_records() {
  const auto less = [this](const Record& a, const Record& b) {
    const int by_name = compare(name_of(a), name_of(b));
    if (by_name != 0) return by_name < 0;
    if (a.type != b.type) return a.type < b.type;
    return compare(rdata_of(a), rdata_of(b)) < 0;
  };
  sort_by_runs(std::span(records_), less);
  const auto repeated = std::ranges::unique(records_, [this](const Record& a, const Record& b) {
    return a.type == b.type && a.type != kSteeredMark && same_owner(a, b) &&
           compare(rdata_of(a), rdata_of(b)) == 0;
  });
  records_.erase(repeated.begin(), repeated.end());
}

void ContentBuilder::add_generated_soa() {
  wire::Name mname = soa_->mname;
  for (const Record& record : records_) {
    if (!mname.is_root()) break;
    if (record.type == wire::type::kNs && compare(name_of(record), origin_.bytes()) == 0)
      mname = wire::Name::from_wire(rdata_of(record)).value_or(wire::Name{});
  }
  std::vector<std::uint8_t> rdata(mname.bytes().begin(), mname.bytes().end());
  rdata.insert(rdata.end(), soa_->rname.bytes().begin(), soa_->rname.bytes().end());
  for (const std::uint32_t number :
       {soa_->serial, soa_->refresh, soa_->retry, soa_->expire, soa_->minimum})
    append_u32(rdata, number);
  add(origin_, wire::type::kSoa, soa_->ttl, rdata, where_);
}

void ContentBuilder::check_apex() {
  std::size_t soas = 0;
  std::size_t name_servers = 0;
  for (const Record& record : records_) {
    const bool at_apex = compare(name_of(record), origin_.bytes()) == 0;
    if (record.type == wire::type::kSoa && !at_apex)
      diagnostics_.error(where_of(record), "a SOA record stands at the zone's apex only");
    soas += at_apex && record.type == wire::type::kSoa ? 1U : 0U;
    name_servers += at_apex && record.type == wire::type::kNs ? 1U : 0U;
  }
  if (soas != 1) {
    diagnostics_.error(where_, fmt::format("the zone {} has {} SOA records; it needs one",
                                           origin_.to_string(), soas));
  }
  if (name_servers == 0) {
    diagnostics_.error(
        where_, fmt::format("the zone {} has no NS record at its apex", origin_.to_string()));
  }
}

void ContentBuilder::check_owner(Group group) {
  std::size_t types = 0;
  std::size_t steered = 0;
  const Record* cname = nullptr;
  for_each_run(group, kSameType, [&](Group rrset) {
    ++types;
    if (rrset.front().type == kSteeredMark) steered = rrset.size();
    if (rrset.front().type == wire::type::kCname) cname = &rrset.front();
    check_rrset(rrset);
  });
  const auto fault = [&](const Record& record, std::string_view what) {
    diagnostics_.error(where_of(record), fmt::format("{} {}", name_text(name_of(record)), what));
  };
  if (cname != nullptr && types > 1)
    fault(*cname, "has a CNAME record and other data; a CNAME stands alone (RFC 1034 3.6.2)");
  if (steered > 1) fault(group.front(), "is steered twice");
  if (types > kMaxTypesPerName) fault(group.front(), "has too many record types");
}

void ContentBuilder::check_rrset(Group rrset) {
  const Record& first = rrset.front();
  const bool single = first.type == wire::type::kCname || first.type == wire::type::kDname;
  if (single && rrset.size() > 1) {
    diagnostics_.error(where_of(rrset.back()),
                       fmt::format("{} has more than one {} record", name_text(name_of(first)),
                                   wire::type_to_string(first.type)));
  }
  if (first.type == wire::type::kNs) check_delegation(rrset);
  std::size_t size = 0;
  for (const Record& record : rrset) {
    size += kRecordHeader + record.rdata_length;
    if (record.ttl == first.ttl) continue;
    diagnostics_.warning(where_of(record),
                         fmt::format("the {} records of {} differ in TTL; the least is used "
                                     "(RFC 2181 5.2)",
                                     wire::type_to_string(first.type), name_text(name_of(first))));
  }
  if (size <= kMaxRRsetBytes) return;
  diagnostics_.error(where_of(first),
                     fmt::format("the {} records of {} take {} bytes; at most {} fit "
                                 "an answer",
                                 wire::type_to_string(first.type), name_text(name_of(first)), size,
                                 kMaxRRsetBytes));
}

bool ContentBuilder::has_address(const wire::Name& name) const {
  const auto before = [this](const Record& record, std::span<const std::uint8_t> wanted) {
    return compare(name_of(record), wanted) < 0;
  };
  auto record = std::lower_bound(records_.begin(), records_.end(), name.bytes(), before);
  for (; record != records_.end() && compare(name_of(*record), name.bytes()) == 0; ++record) {
    if (record->type == wire::type::kA || record->type == wire::type::kAaaa) return true;
  }
  return false;
}

/// Delegations that make resolvers ask more than they learn (NXNSAttack, TsuNAME).
void ContentBuilder::check_delegation(Group name_servers) {
  const auto cut = wire::Name::from_wire(name_of(name_servers.front())).value_or(wire::Name{});
  if (cut == origin_) return;
  if (name_servers.size() > kManyNameServers) {
    diagnostics_.warning(where_of(name_servers.front()),
                         fmt::format("{} has {} name servers; resolvers need few, and more than {} "
                                     "serve attackers",
                                     cut.to_string(), name_servers.size(), kManyNameServers));
  }
  for (const Record& record : name_servers) {
    const auto host = wire::Name::from_wire(rdata_of(record)).value_or(wire::Name{}).lowered();
    if (!host.is_within(cut) || has_address(host)) continue;
    diagnostics_.warning(where_of(record),
                         fmt::format("{} is a name server within its own delegation "
                                     "and has no address here: nobody can find it",
                                     host.to_string()));
  }
}

void ContentBuilder::render_rrset(Group rrset, Content& content) const {
  const std::uint32_t ttl = std::ranges::min(rrset, {}, &Record::ttl).ttl;
  const std::size_t start = content.rendered_.size();
  for (const Record& record : rrset) {
    const std::span room = grow(content.rendered_, kRecordHeader + record.rdata_length);
    wire::write_u16(room.data(), 0xc000 | wire::kHeaderSize);
    wire::write_u16(room.data() + 2, record.type);
    wire::write_u16(room.data() + 4, wire::klass::kIn);
    wire::write_u32(room.data() + 6, ttl);
    wire::write_u16(room.data() + 10, record.rdata_length);
    wire::write_bytes(room.data() + kRecordHeader, rdata_of(record));
  }
  const std::span bytes(content.rendered_.data() + start, content.rendered_.size() - start);
  content.rrsets_.push_back({rrset.front().type, static_cast<std::uint16_t>(rrset.size()), bytes});
}

std::size_t ContentBuilder::rendered_size() const {
  std::size_t size = 0;
  for (const Record& record : records_) size += kRecordHeader + record.rdata_length;
  return size;
}

void ContentBuilder::render_owner(Group group, Content& content) const {
  Owner owner;
  owner.name = name_of(group.front());
  const std::size_t first_rrset = content.rrsets_.size();
  for_each_run(group, kSameType, [&](Group rrset) {
    if (rrset.front().type != kSteeredMark) return render_rrset(rrset, content);
    content.steered_.push_back(steered_[wire::read_u32(rdata_of(rrset.front()).data())]);
    owner.steered = &content.steered_.back();
  });
  owner.rrsets = std::span(content.rrsets_).subspan(first_rrset);
  content.owners_.push_back(owner);
}

Content ContentBuilder::finish() {
  sort_records();
  if (soa_) {
    add_generated_soa();
    sort_records();
  }
  check_apex();

  Content content;
  content.origin_ = origin_;
  // Reserved in full, so that the spans that point into them stay.
  content.rendered_.reserve(rendered_size());
  content.rrsets_.reserve(records_.size());
  content.owners_.reserve(records_.size());
  content.steered_.reserve(steered_.size());
  for_each_run(
      records_, [this](const Record& a, const Record& b) { return same_owner(a, b); },
      [&](Group group) {
        check_owner(group);
        render_owner(group, content);
      });
  for (const Record& record : records_) {
    if (record.type == wire::type::kSoa && record.rdata_length >= 20)
      content.serial_ = wire::read_u32(rdata_of(record).last(20).data());
  }
  // Which do not move by that.
  content.bytes_ = std::move(bytes_);
  return content;
}

}  // namespace loadstar::zone
