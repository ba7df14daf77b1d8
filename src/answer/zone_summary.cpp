#include "loadstar/answer/zone_summary.hpp"

#include "loadstar/zone/rdata.hpp"

#include "contents.hpp"
#include "rendered.hpp"

namespace loadstar::answer {
namespace {

using zone::Catalog;
using zone::NameRecord;

wire::Name lowered_name(std::span<const std::uint8_t> name) {
  return wire::Name::from_wire(name).value_or(wire::Name{}).lowered();
}

void add_addresses(const NameRecord& host, std::vector<base::Address>& out) {
  for (const std::uint16_t type : {wire::type::kA, wire::type::kAaaa}) {
    const zone::RRsetEntry* const entry = host.find(type);
    if (entry == nullptr) continue;
    const auto family = type == wire::type::kA ? base::Family::V4 : base::Family::V6;
    for_each_record(host.records(*entry),
                    [&](const RecordView& record) { out.emplace_back(family, record.rdata); });
  }
}

std::vector<base::Address> secondaries_of(const Catalog& catalog, const wire::Name& origin) {
  std::vector<base::Address> addresses;
  const NameRecord& apex = *catalog.probe(origin.bytes().data(), origin.length());
  const auto soa = first_record(apex.records(*apex.find(wire::type::kSoa))).rdata;
  const wire::Name primary = lowered_name(soa.first(wire::name_length(soa)));
  for_each_record(apex.records(*apex.find(wire::type::kNs)), [&](const RecordView& record) {
    const wire::Name host = lowered_name(record.rdata);
    if (host == primary || !host.is_within(origin)) return;
    const NameRecord* const found = catalog.probe(host.bytes().data(), host.length());
    if (found != nullptr) add_addresses(*found, addresses);
  });
  return addresses;
}

}  // namespace

std::vector<ZoneSummary> summarize(const Snapshot& snapshot) {
  const Catalog& catalog = *snapshot.contents().catalog;
  std::vector<ZoneSummary> summaries;
  for (const zone::ZoneInfo& zone : catalog.zones())
    summaries.push_back({zone.origin, zone.serial, secondaries_of(catalog, zone.origin)});
  return summaries;
}

}  // namespace loadstar::answer
