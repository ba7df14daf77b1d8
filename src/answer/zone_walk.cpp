#include "zone_walk.hpp"

#include "default_answer.hpp"

namespace loadstar::answer {
namespace {

const zone::NameRecord& apex_of(const zone::Catalog& catalog, std::uint32_t zone) {
  const auto origin = catalog.zone(zone).origin.bytes();
  return *catalog.probe(origin.data(), origin.size());
}

}  // namespace

ZoneWalk::ZoneWalk(const Snapshot::Contents& contents, std::uint32_t zone)
    : contents_(contents), zone_(zone), apex_(apex_of(*contents.catalog, zone)) {
  stand_at_soa(Stage::FirstSoa);
}

void ZoneWalk::advance() {
  if (stage_ == Stage::FirstSoa) {
    stage_ = Stage::Names;
    return enter(contents_.catalog->first_name(zone_));
  }
  if (stage_ == Stage::LastSoa) {
    stage_ = Stage::End;
    return;
  }
  if (!record_.rest.empty()) return stand_at(owner_, record_.rest);
  if (!next_rrset()) enter(contents_.catalog->next_name(zone_, *name_));
}

void ZoneWalk::stand_at(Bytes owner, Bytes records) noexcept {
  owner_ = owner;
  record_ = first_record(records);
}

void ZoneWalk::stand_at_soa(Stage stage) noexcept {
  stage_ = stage;
  stand_at({apex_.name(), apex_.name_length()}, apex_.records(*apex_.find(wire::type::kSoa)));
}

/// Stands at the first record of the name, or of the next one that has any.
void ZoneWalk::enter(const zone::NameRecord* name) {
  for (; name != nullptr; name = contents_.catalog->next_name(zone_, *name)) {
    name_ = name;
    next_rrset_ = 0;
    if (next_rrset()) return;
  }
  stand_at_soa(Stage::LastSoa);
}

bool ZoneWalk::next_rrset() {
  const auto entries = name_->rrsets();
  while (next_rrset_ < entries.size()) {
    const Bytes records = records_of(entries[next_rrset_++]);
    if (records.empty()) continue;
    stand_at({name_->name(), name_->name_length()}, records);
    return true;
  }
  return false;
}

/// Nothing of the SOA, which has places of its own.
ZoneWalk::Bytes ZoneWalk::records_of(const zone::RRsetEntry& entry) {
  if (entry.type == wire::type::kSoa) return {};
  if (entry.type != 0) return name_->records(entry);
  steered_ = default_records(contents_, contents_.steered[entry.offset]);
  return steered_;
}

}  // namespace loadstar::answer
