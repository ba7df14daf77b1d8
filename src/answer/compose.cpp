#include <algorithm>
#include <cstring>

#include "loadstar/wire/message.hpp"
#include "loadstar/zone/rdata.hpp"

#include "composer.hpp"

namespace loadstar::answer {

using zone::Match;
using zone::NameRecord;
using zone::RRsetEntry;

void Composer::compose(std::uint16_t type, const std::uint8_t* question,
                       const std::uint8_t* lowered, std::size_t length) noexcept {
  question_end_ = draft_.writer.size();
  type_ = type;
  const Match match = contents_.catalog->find(lowered, length);
  draft_.matched = match.record;
  if (match.kind == Match::Kind::NotOurs)
    return draft_.fail(wire::Rcode::Refused, Reason::Refused, Ede::NotAuthoritative);

  draft_.writer.remember(wire::kHeaderSize);
  if (challenges_ != nullptr && compose_challenge(type, {lowered, length}, match)) return;
  Hop hop;
  hop.length = length;
  std::memcpy(hop.name.data(), question, length);
  std::memcpy(hop.lowered[0].data(), lowered, length);
  walk(type, hop, match);
}

void Composer::walk(std::uint16_t type, Hop& hop, Match match) noexcept {
  const std::uint32_t zone = match.record->zone();
  for (;;) {
    hop.seen[hop.number] = match.record;
    if (at_match(type, hop, match) == Next::Done || !advance(hop)) return;
    match = contents_.catalog->find(hop.lowered[hop.number].data(), hop.length);
    // A resolver asks for a target in another zone itself; so does a validator need it to.
    if (match.kind == Match::Kind::NotOurs || match.record->zone() != zone) return;
  }
}

/// On to the next name; false when the chain is long enough, or was there before.
bool Composer::advance(Hop& hop) noexcept {
  const auto past = std::span(hop.lowered).first(++hop.number);
  if (hop.number == kMaxChain) return false;
  auto& lowered = hop.lowered[hop.number];
  wire::lower_name(hop.name.data(), hop.length, lowered.data());
  const std::span next(lowered.data(), hop.length);
  // A shorter name differs by its end at the latest, so that nothing behind it is looked at.
  return std::ranges::none_of(
      past, [&](const auto& one) { return std::equal(next.begin(), next.end(), one.begin()); });
}

Composer::Next Composer::at_match(std::uint16_t type, Hop& hop, const Match& match) noexcept {
  switch (match.kind) {
    case Match::Kind::NotOurs: return Next::Done;
    case Match::Kind::Node:
    case Match::Kind::Wildcard: return at_node(type, hop, *match.record);
    case Match::Kind::Delegation: return at_cut(type, hop, *match.record);
    case Match::Kind::Dname: return at_dname(type, hop, *match.record);
    case Match::Kind::NxDomain:
      negative(wire::Rcode::NxDomain, match.record->zone());
      return Next::Done;
  }
  return Next::Done;
}

Composer::Next Composer::at_node(std::uint16_t type, Hop& hop, const NameRecord& record) noexcept {
  const zone::ZoneInfo& zone = contents_.catalog->zone(record.zone());
  if (type == wire::type::kDs && record.is(NameRecord::kApex) && zone.parent_side != nullptr)
    return at_cut(type, hop, *zone.parent_side);

  if (type == wire::type::kAny) {
    any(hop, record);
    return Next::Done;
  }
  if (const RRsetEntry* const entry = record.find(type)) {
    write_required(Section::Answer, owner_of(hop), record, *entry);
    if (!draft_.truncated) additional(record, *entry);
    return Next::Done;
  }
  if (const RRsetEntry* const cname = record.find(wire::type::kCname)) {
    write_required(Section::Answer, owner_of(hop), record, *cname);
    if (draft_.truncated) return Next::Done;
    return follow(hop, record.records(*cname).subspan(12));
  }
  if (record.steered() != nullptr) return steer(type, hop, record);
  negative(wire::Rcode::NoError, record.zone());
  return Next::Done;
}

/// At a cut only DS is ours to answer (RFC 4035 3.1.4.1).
Composer::Next Composer::at_cut(std::uint16_t type, const Hop& hop,
                                const NameRecord& cut) noexcept {
  if (type != wire::type::kDs || cut.name_length() != hop.length) {
    if (hop.number == 0) {
      draft_.authoritative = false;
      draft_.reason = Reason::Referral;
    }
    referral(cut);
    return Next::Done;
  }
  if (const RRsetEntry* const ds = cut.find(wire::type::kDs))
    write_required(Section::Answer, owner_of(hop), cut, *ds);
  else
    negative(wire::Rcode::NoError, cut.zone());
  return Next::Done;
}

/// The DNAME, then the CNAME that it makes (RFC 6672 3.1). The DNAME is not repeated for a name
/// that comes to it again.
Composer::Next Composer::at_dname(std::uint16_t type, Hop& hop, const NameRecord& record) noexcept {
  const RRsetEntry& dname = *record.find(wire::type::kDname);
  const auto records = record.records(dname);
  const auto target = records.subspan(12);
  const auto seen = std::span(hop.seen).first(hop.number);
  if (std::ranges::find(seen, &record) == seen.end())
    write_required(Section::Answer, {record.name(), record.name_length()}, record, dname);
  if (draft_.truncated) return Next::Done;

  const std::size_t kept = hop.length - record.name_length();
  if (kept + target.size() > wire::kMaxNameLength) {
    draft_.rcode = wire::Rcode::YxDomain;
    draft_.reason = Reason::YxDomain;
    return Next::Done;
  }
  std::array<std::uint8_t, wire::kLoweredRoom> made;
  std::memcpy(made.data(), hop.name.data(), kept);
  std::memcpy(made.data() + kept, target.data(), target.size());
  const std::span<const std::uint8_t> name(made.data(), kept + target.size());

  return write_cname(type, hop, wire::read_u32(records.data() + 6), name);
}

Composer::Next Composer::follow(Hop& hop, Name target) noexcept {
  hop.length = target.size();
  std::memcpy(hop.name.data(), target.data(), target.size());
  return Next::Follow;
}

/// One RRset is answer enough (RFC 8482 4.1); HINFO (4.2) where nothing is static.
void Composer::any(const Hop& hop, const NameRecord& record) noexcept {
  static constexpr std::array<std::uint8_t, 9> kRfc8482{7, 'R', 'F', 'C', '8', '4', '8', '2', 0};
  constexpr std::uint32_t kTtl = 3600;
  const RRsetEntry* entry = record.find(wire::type::kCname);
  for (const RRsetEntry& candidate : record.rrsets())
    if (entry == nullptr && candidate.type != 0) entry = &candidate;
  if (entry != nullptr) return write_required(Section::Answer, owner_of(hop), record, *entry);
  if (record.steered() == nullptr) return negative(wire::Rcode::NoError, record.zone());
  const std::size_t rdata = begin_record(owner_of(hop), wire::type::kHinfo, kTtl);
  draft_.writer.bytes(kRfc8482);
  end_answer(rdata);
}

}  // namespace loadstar::answer
