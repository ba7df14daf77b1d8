#include "loadstar/answer/name_info.hpp"

#include "contents.hpp"

namespace loadstar::answer {
namespace {

using zone::Match;
using zone::NameRecord;

/// Bytes before the RDATA of a record with owner C00C.
constexpr std::size_t kRecordHead = 12;

std::string text_of(std::span<const std::uint8_t> name) {
  const auto parsed = wire::Name::from_wire(name);
  return parsed ? parsed->to_string() : "";
}

void describe_node(const Snapshot::Contents& contents, const NameRecord& record, NameInfo& info) {
  info.kind = NameInfo::Kind::Static;
  if (const auto* steered = record.steered()) {
    info.kind = NameInfo::Kind::Steered;
    info.policy = contents.steered[steered->offset].policy;
  } else if (const auto* cname = record.find(wire::type::kCname)) {
    info.kind = NameInfo::Kind::Alias;
    info.target = text_of(record.records(*cname).subspan(kRecordHead));
  }
}

}  // namespace

NameInfo find_name(const Snapshot& snapshot, const wire::Name& name) {
  const Snapshot::Contents& contents = snapshot.contents();
  const wire::Name lowered = name.lowered();
  const Match match = contents.catalog->find(lowered.bytes().data(), lowered.length());
  NameInfo info;
  if (match.kind == Match::Kind::NotOurs) return info;
  info.zone = contents.catalog->zone(match.record->zone()).origin.to_string();
  info.wildcard = match.kind == Match::Kind::Wildcard;
  switch (match.kind) {
    case Match::Kind::NotOurs: break;
    case Match::Kind::NxDomain: info.kind = NameInfo::Kind::NxDomain; break;
    case Match::Kind::Delegation: info.kind = NameInfo::Kind::Delegated; break;
    case Match::Kind::Dname:
      info.kind = NameInfo::Kind::Alias;
      info.target = text_of({match.record->name(), match.record->name_length()});
      break;
    case Match::Kind::Node:
    case Match::Kind::Wildcard: describe_node(contents, *match.record, info); break;
  }
  return info;
}

}  // namespace loadstar::answer
