#include "read_zone.hpp"

#include <limits>
#include <set>

#include "read_policy.hpp"
#include "read_records.hpp"

namespace loadstar::model {
namespace {

constexpr Range<std::uint32_t> kSerials{0, std::numeric_limits<std::uint32_t>::max()};
constexpr std::string_view kNeedsZone = "needs \"zone\": a file without it is a library";

struct SectionsContext {
  Reader& in;
};

template <std::optional<json::Value> Sections::* Section>
void keep(SectionsContext& /*context*/, json::Value value, Sections& sections) {
  sections.*Section = value;
}

void ignore(SectionsContext& /*context*/, json::Value /*value*/, Sections& /*sections*/) {}

using SectionField = Field<SectionsContext, Sections>;

constexpr std::array<SectionField, 10> kZoneFields{{
    {{"$schema"}, ignore},
    {{"zone", Presence::Required}, keep<&Sections::zone>},
    {{"ttl"}, keep<&Sections::ttl>},
    {{"soa"}, keep<&Sections::soa>},
    {{"regions"}, keep<&Sections::regions>},
    {{"areas"}, keep<&Sections::areas>},
    {{"monitors"}, keep<&Sections::monitors>},
    {{"pools"}, keep<&Sections::pools>},
    {{"policies"}, keep<&Sections::policies>},
    {{"records", Presence::Required}, keep<&Sections::records>},
}};

constexpr std::array<SectionField, 9> kLibraryFields{{
    {{"$schema"}, ignore},
    {{"regions"}, keep<&Sections::regions>},
    {{"areas"}, keep<&Sections::areas>},
    {{"monitors"}, keep<&Sections::monitors>},
    {{"pools"}, keep<&Sections::pools>},
    {{"policies"}, keep<&Sections::policies>},
    {{"ttl", Presence::Optional, kNeedsZone}},
    {{"soa", Presence::Optional, kNeedsZone}},
    {{"records", Presence::Optional, kNeedsZone}},
}};

template <std::uint32_t Soa::* Time>
void read_time(Context& context, json::Value value, Soa& soa) {
  set(soa.*Time, context.in.seconds(value));
}

template <std::string Soa::* Name>
void read_name(Context& context, json::Value value, Soa& soa) {
  set(soa.*Name, context.in.domain_name(value));
}

constexpr std::array<Field<Context, Soa>, 7> kSoaFields{{
    {{"mname"}, read_name<&Soa::mname>},
    {{"rname"}, read_name<&Soa::rname>},
    {{"refresh"}, read_time<&Soa::refresh>},
    {{"retry"}, read_time<&Soa::retry>},
    {{"expire"}, read_time<&Soa::expire>},
    {{"minimum"}, read_time<&Soa::minimum>},
    {{"serial"},
     [](Context& context, json::Value value, Soa& soa) {
       set(soa.serial, context.in.whole(value, kSerials));
     }},
}};

// Policies and pools are shared by many names of a large zone: each is looked at once.
void collect_pools(Zone& zone) {
  std::set<const Policy*> policies;
  std::set<const Pool*> pools;
  for (const Owner& owner : zone.owners) {
    if (!owner.steer || !policies.insert(owner.steer->policy.get()).second) continue;
    for (auto& pool : pools_of(*owner.steer->policy)) {
      if (pools.insert(pool.get()).second) zone.pools.push_back(std::move(pool));
    }
  }
}

}  // namespace

Sections read_sections(Reader& in, json::Value root, FileKind kind) {
  SectionsContext context{in};
  Sections sections;
  if (kind == FileKind::Zone)
    read_object(context, root, kZoneFields, sections);
  else
    read_object(context, root, kLibraryFields, sections);
  return sections;
}

void read_zone(Context& context, const Sections& sections, Zone& zone) {
  zone.origin = context.origin;
  if (sections.ttl) set(zone.ttl, read_ttl(context, *sections.ttl));
  if (sections.soa) {
    zone.soa.where = context.in.where(*sections.soa);
    read_object(context, *sections.soa, kSoaFields, zone.soa);
  }
  if (sections.records) read_records(context, *sections.records, zone);
  collect_pools(zone);
}

std::vector<std::string_view> file_keys(FileKind kind) {
  return kind == FileKind::Zone ? names_of(kZoneFields) : names_of(kLibraryFields);
}
std::vector<std::string_view> soa_keys() { return names_of(kSoaFields); }

}  // namespace loadstar::model
