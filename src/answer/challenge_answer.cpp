// Names of ACME challenges, while there are any: they answer before the zone's own.
#include "composer.hpp"

namespace loadstar::answer {

using zone::Match;

/// True: answered. A wildcard does not reach a name that has a challenge; what it gives to names
/// above one stays, though RFC 4592 2.2.1 would take it away, as a challenge must not end a
/// service.
bool Composer::compose_challenge(std::uint16_t type, Name lowered, const Match& match) noexcept {
  const Challenges::Entry* const entry = challenges_->find(lowered);
  if (entry == nullptr) return false;
  const bool exists = match.kind == Match::Kind::Node;
  if (exists && match.record->find(wire::type::kCname) != nullptr) return false;
  const bool missing = match.kind == Match::Kind::NxDomain;
  if (!exists && !missing && match.kind != Match::Kind::Wildcard) return false;
  const bool has_type = entry->count != 0 && type == wire::type::kTxt;
  if (has_type) {
    write_challenges(*entry, exists ? match.record : nullptr);
    return true;
  }
  const bool is_made = match.kind == Match::Kind::Wildcard && entry->count != 0;
  if (!missing && !is_made) return false;
  negative(wire::Rcode::NoError, match.record->zone());
  return true;
}

/// With the zone's own TXT records of the name, as one RRset.
void Composer::write_challenges(const Challenges::Entry& entry,
                                const zone::NameRecord* record) noexcept {
  const zone::RRsetEntry* const own = record == nullptr ? nullptr : record->find(wire::type::kTxt);
  if (own != nullptr) {
    draft_.writer.bytes(record->records(*own));
    draft_.count(Section::Answer, own->count);
  }
  draft_.writer.bytes(entry.records);
  draft_.count(Section::Answer, entry.count);
  if (!draft_.writer.ok()) truncate();
}

}  // namespace loadstar::answer
