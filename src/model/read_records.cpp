#include "read_records.hpp"

#include <algorithm>
#include <unordered_map>

#include "read_policy.hpp"
#include "read_pool.hpp"
#include "read_steer.hpp"

namespace loadstar::model {
namespace {

constexpr std::size_t kMaxNameOctets = 255;
constexpr std::array<std::string_view, 2> kOwnerKeys{"ttl", "steer"};

// For suggestions only: ldns knows which types there are.
constexpr std::array<std::string_view, 22> kCommonTypes{
    "A",  "AAAA",       "CAA", "CNAME", "DNAME",  "DS",  "HINFO", "HTTPS", "LOC",  "MX",   "NAPTR",
    "NS", "OPENPGPKEY", "PTR", "RP",    "SMIMEA", "SPF", "SRV",   "SSHFP", "SVCB", "TLSA", "TXT"};

constexpr std::array<Field<Context, Ttl>, 2> kTtlFields{{
    {{"min", Presence::Required},
     [](Context& context, json::Value value, Ttl& ttl) {
       set(ttl.min, context.in.seconds(value));
     }},
    {{"max", Presence::Required},
     [](Context& context, json::Value value, Ttl& ttl) {
       set(ttl.max, context.in.seconds(value));
     }},
}};

bool is_type(std::string_view key) {
  return !key.empty() && key.front() >= 'A' && key.front() <= 'Z' &&
         std::ranges::all_of(key, [](char c) {
           return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
         });
}

void report_unknown_type(Context& context, json::Value member) {
  std::vector<std::string_view> known(kOwnerKeys.begin(), kOwnerKeys.end());
  known.insert(known.end(), kCommonTypes.begin(), kCommonTypes.end());
  std::string hint = did_you_mean(member.key(), known);
  if (hint.empty()) hint = "; known here are \"ttl\", \"steer\" and record types in upper case";
  context.in.error_at_key(member, fmt::format("unknown key \"{}\"{}", member.key(), hint));
}

void read_type(Context& context, json::Value member, Zone& zone) {
  if (!is_type(member.key())) return report_unknown_type(context, member);
  if (member.key() == "SOA") {
    return context.in.error_at_key(member, "the SOA record is made from \"soa\" of the zone");
  }
  for (const json::Value item : context.in.items(member)) {
    const auto text = context.in.text(item, {1, kMaxRecordText});
    if (text)
      zone.records.push_back({member.key(), *text, static_cast<std::uint32_t>(item.offset())});
  }
}

std::shared_ptr<const Steer> shared(std::optional<Steer> steer) {
  return steer ? std::make_shared<const Steer>(*std::move(steer)) : nullptr;
}

void read_owner_member(Context& context, json::Value member, Owner& owner, Zone& zone) {
  if (member.key() == "ttl")
    owner.ttl = read_ttl(context, member);
  else if (member.key() == "steer")
    owner.steer = shared(read_steer(context, member, owner.name));
  else
    read_type(context, member, zone);
}

// Only these can be another spelling of a name that stands elsewhere in the object.
bool has_spellings(std::string_view name) {
  return name.ends_with('.') ||
         std::ranges::any_of(name, [](char c) { return (c >= 'A' && c <= 'Z') || c == '\\'; });
}

bool check_owner_name(Context& context, json::Value member) {
  const std::string_view name = member.key();
  if (auto problem = problem_of_name(name)) {
    context.in.error_at_key(member, *std::move(problem));
    return false;
  }
  // The rest needs the whole name made, which plain ones of a large zone are spared. Two octets are
  // for the first label's length and the dot between.
  if (!name.ends_with('.') && name.size() + context.origin.size() + 2 <= kMaxNameOctets)
    return true;
  const std::string absolute = completed(name, context.origin);
  if (!is_within(absolute, context.origin)) {
    context.in.error_at_key(
        member, fmt::format("\"{}\" is not within the zone \"{}\"", name, context.origin));
    return false;
  }
  if (wire_length(absolute) <= kMaxNameOctets) return true;
  context.in.error_at_key(
      member, fmt::format("the name is longer than {} octets with its zone", kMaxNameOctets));
  return false;
}

// "www", "WWW" and "www.gslb.example.com." are one name; JSON's own check sees three keys.
void check_spellings(Context& context, json::Value records) {
  bool needed = false;
  for (const json::Value member : records.children()) needed |= has_spellings(member.key());
  if (!needed) return;
  std::unordered_map<std::string, std::string_view> seen;
  for (const json::Value member : records.children()) {
    const auto [first, fresh] =
        seen.try_emplace(completed(member.key(), context.origin), member.key());
    if (fresh || first->second == member.key()) continue;
    context.in.error_at_key(
        member, fmt::format("\"{}\" is the same name as \"{}\"", member.key(), first->second));
  }
}

void read_owner(Context& context, json::Value member, Zone& zone) {
  const bool named = check_owner_name(context, member);
  Owner owner;
  owner.name = member.key();
  owner.offset = static_cast<std::uint32_t>(member.key_offset());
  if (!context.in.is_object(member)) return;
  const std::size_t before = zone.records.size();
  for (const json::Value value : member.children()) read_owner_member(context, value, owner, zone);
  owner.first_record = static_cast<std::uint32_t>(before);
  owner.record_count = static_cast<std::uint32_t>(zone.records.size() - before);
  if (owner.steer && named) check_steer(context, member, owner);
  zone.owners.push_back(std::move(owner));
}

void check_apex(Context& context, json::Value records, const Zone& zone) {
  const auto has_ns = [&](const Owner& owner) {
    const auto own = zone.records_of(owner);
    return std::ranges::find(own, "NS", &RecordText::type) != own.end() &&
           completed(owner.name, context.origin) == context.origin;
  };
  if (std::ranges::any_of(zone.owners, has_ns)) return;
  context.in.error(records, "the zone has no NS records at \"@\"");
}

}  // namespace

void read_records(Context& context, json::Value value, Zone& zone) {
  if (!context.in.is_object(value)) return;
  const std::size_t owners = value.children().count();
  zone.owners.reserve(owners);
  zone.records.reserve(owners);  // about one each
  for (const json::Value member : value.children()) read_owner(context, member, zone);
  check_spellings(context, value);
  check_apex(context, value, zone);
}

std::optional<Ttl> read_ttl(Context& context, json::Value value) {
  if (!value.is_object()) {
    const auto seconds = context.in.seconds(value);
    if (!seconds) return std::nullopt;
    return Ttl{*seconds, *seconds};
  }
  Ttl ttl;
  const std::size_t errors = context.in.error_count();
  read_object(context, value, kTtlFields, ttl);
  if (context.in.error_count() != errors) return std::nullopt;
  if (ttl.min <= ttl.max) return ttl;
  context.in.error(value, fmt::format("\"min\" {} is more than \"max\" {}", ttl.min, ttl.max));
  return std::nullopt;
}

std::vector<std::string_view> owner_keys() { return {kOwnerKeys.begin(), kOwnerKeys.end()}; }
std::vector<std::string_view> ttl_keys() { return names_of(kTtlFields); }

}  // namespace loadstar::model
