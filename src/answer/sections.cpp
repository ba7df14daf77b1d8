// How records get into an answer: whole RRsets or none, what is required or TC, the rest as far as
// it fits.
#include <algorithm>

#include "loadstar/wire/message.hpp"
#include "loadstar/zone/rdata.hpp"

#include "composer.hpp"
#include "rendered.hpp"

namespace loadstar::answer {
namespace {

using zone::Match;
using zone::NameRecord;
using zone::RRsetEntry;

constexpr std::uint16_t kQuestionName = 0xc000 | wire::kHeaderSize;
constexpr bool is_service(std::uint16_t type) noexcept {
  return type == wire::type::kSvcb || type == wire::type::kHttps;
}
constexpr auto kAddressTypes = std::to_array({wire::type::kA, wire::type::kAaaa});

}  // namespace

/// The name asked for needs no bytes of its own; later names of a chain do.
Composer::Name Composer::owner_of(const Hop& hop) noexcept {
  return hop.number == 0 ? Name{} : Name{hop.name.data(), hop.length};
}

void Composer::write_owner(Name owner) noexcept {
  if (owner.empty()) return draft_.writer.u16(kQuestionName);
  draft_.writer.name(owner);
}

void Composer::write_fixed(std::uint16_t type, std::uint32_t ttl,
                           std::size_t rdata_length) noexcept {
  draft_.writer.u16(type);
  draft_.writer.u16(wire::klass::kIn);
  draft_.writer.u32(ttl);
  draft_.writer.u16(static_cast<std::uint16_t>(rdata_length));
}

std::size_t Composer::begin_record(Name owner, std::uint16_t type, std::uint32_t ttl) noexcept {
  write_owner(owner);
  write_fixed(type, ttl, 0);
  return draft_.writer.size();
}

void Composer::end_answer(std::size_t rdata_start) noexcept {
  const std::size_t length = draft_.writer.size() - rdata_start;
  draft_.writer.patch_u16(rdata_start - 2, static_cast<std::uint16_t>(length));
  draft_.count(Section::Answer, 1);
  if (!draft_.writer.ok()) truncate();
}

/// A CNAME that no file holds; the chain goes on from its target unless the CNAME itself was asked
/// for.
Composer::Next Composer::write_cname(std::uint16_t type, Hop& hop, std::uint32_t ttl,
                                     Name target) noexcept {
  const std::size_t rdata = begin_record(owner_of(hop), wire::type::kCname, ttl);
  draft_.writer.name(target);
  end_answer(rdata);
  if (draft_.truncated || type == wire::type::kCname) return Next::Done;
  return follow(hop, target);
}

/// False, and nothing written, when the whole RRset does not fit.
bool Composer::write_rrset(Section section, Name owner, const NameRecord& record,
                           const RRsetEntry& entry) noexcept {
  wire::Writer& writer = draft_.writer;
  const auto mark = writer.mark();
  for_each_record(record.records(entry), [&](const RecordView& view) {
    if (!writer.ok()) return;
    write_owner(owner);
    write_body(writer, view);
  });
  if (!writer.ok()) {
    writer.rewind(mark);
    return false;
  }
  draft_.count(section, entry.count);
  return true;
}

void Composer::write_required(Section section, Name owner, const NameRecord& record,
                              const RRsetEntry& entry) noexcept {
  if (!write_rrset(section, owner, record, entry)) truncate();
}

/// Empty sections and TC: the resolver asks again over TCP (RFC 2181 9).
void Composer::truncate() noexcept {
  draft_.writer.rewind({question_end_, 0, false});
  draft_.counts = {};
  draft_.truncated = true;
  draft_.reason = Reason::Truncated;
}

/// NXDOMAIN or NODATA with the zone's SOA (RFC 2308 2). Without a hop the name asked for ends in
/// the zone's, and the SOA's owner is a pointer into it.
void Composer::negative(wire::Rcode rcode, std::uint32_t zone) noexcept {
  draft_.rcode = rcode;
  draft_.reason = rcode == wire::Rcode::NxDomain ? Reason::NxDomain : Reason::NoData;
  const zone::ZoneInfo& info = contents_.catalog->zone(zone);
  draft_.writer.name(info.origin.bytes());
  draft_.writer.bytes(info.negative_soa);
  draft_.count(Section::Authority, 1);
  if (!draft_.writer.ok()) truncate();
}

/// The cut's NS and the addresses of name servers within the delegated zone, which nobody else can
/// give: they fit, or TC (RFC 9471). Addresses of other names of ours are given as far as they fit.
void Composer::referral(const NameRecord& cut) noexcept {
  const RRsetEntry& ns = *cut.find(wire::type::kNs);
  write_required(Section::Authority, {cut.name(), cut.name_length()}, cut, ns);
  for_each_record(cut.records(ns), [&](const RecordView& view) {
    if (!draft_.truncated) glue(cut, zone::target_name(wire::type::kNs, view.rdata));
  });
}

void Composer::glue(const NameRecord& cut, Name target) noexcept {
  if (target.empty()) return;
  std::array<std::uint8_t, wire::kLoweredRoom> lowered;
  wire::lower_name(target.data(), target.size(), lowered.data());
  const NameRecord* const record = contents_.catalog->probe(lowered.data(), target.size());
  if (record == nullptr) return;
  const bool within = target.size() >= cut.name_length() &&
                      std::equal(cut.name(), cut.name() + cut.name_length(),
                                 lowered.data() + target.size() - cut.name_length());
  if (!write_addresses_of(*record, target) && within) truncate();
}

/// Addresses of the names that a record points to (RFC 1035 3.3, RFC 2782), and what those say of
/// the service themselves (RFC 9460 4.1): static data, each name once, as far as it fits.
void Composer::additional(const NameRecord& record, const RRsetEntry& entry) noexcept {
  std::array<const NameRecord*, kMaxAdditionalNames> given;
  std::size_t count = 0;
  for_each_record(record.records(entry), [&](const RecordView& view) {
    const Name target = zone::target_name(entry.type, view.rdata);
    if (target.empty() || count == given.size()) return;
    std::array<std::uint8_t, wire::kLoweredRoom> lowered;
    wire::lower_name(target.data(), target.size(), lowered.data());
    const Match match = contents_.catalog->find(lowered.data(), target.size());
    const bool ours = match.kind == Match::Kind::Node || match.kind == Match::Kind::Wildcard;
    if (!ours ||
        std::find(given.begin(), given.begin() + count, match.record) != given.begin() + count)
      return;
    given[count++] = match.record;
    if (!write_addresses_of(*match.record, target) || match.record == &record) return;
    const RRsetEntry* const more = match.record->find(entry.type);
    if (more != nullptr && is_service(entry.type))
      (void)write_rrset(Section::Additional, target, *match.record, *more);
  });
}

/// A and AAAA of a record as additional data; false when one of them did not fit.
bool Composer::write_addresses_of(const NameRecord& record, Name owner) noexcept {
  return std::ranges::all_of(kAddressTypes, [&](std::uint16_t type) {
    const RRsetEntry* const entry = record.find(type);
    return entry == nullptr || write_rrset(Section::Additional, owner, record, *entry);
  });
}

}  // namespace loadstar::answer
