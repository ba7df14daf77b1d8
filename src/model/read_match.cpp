#include "read_match.hpp"

#include <algorithm>
#include <limits>

#include "geography.hpp"
#include "read_prefixes.hpp"

namespace loadstar::model {
namespace {

// Reads a list of codes, each of which `is_known` must accept.
void read_codes(Context& context, json::Value value, std::vector<std::string>& target,
                bool (*is_known)(std::string_view), std::string_view wanted) {
  for (const json::Value item : context.in.items(value)) {
    const auto code = context.in.string(item);
    if (!code) continue;
    if (is_known(*code)) {
      target.emplace_back(*code);
      continue;
    }
    context.in.error(item,
                     fmt::format("\"{}\" is not {}{}", *code, wanted, code_hint(*code, is_known)));
  }
}

void read_continents(Context& context, json::Value value, Match& match) {
  static const std::string wanted = "a continent: " + listed(kContinents);
  read_codes(context, value, match.continents, is_continent, wanted);
}

void read_countries(Context& context, json::Value value, Match& match) {
  read_codes(context, value, match.countries, is_country, "an ISO 3166-1 country code");
}

void read_subdivisions(Context& context, json::Value value, Match& match) {
  read_codes(context, value, match.subdivisions, is_subdivision,
             "an ISO 3166-2 code such as \"US-VA\"");
}

void read_asns(Context& context, json::Value value, Match& match) {
  constexpr Range<std::uint32_t> kAsns{1, std::numeric_limits<std::uint32_t>::max()};
  for (const json::Value item : context.in.items(value)) {
    if (const auto asn = context.in.whole(item, kAsns)) match.asns.push_back(*asn);
  }
}

void read_cidrs(Context& context, json::Value value, Match& match) {
  read_prefixes(context.in, value, match.cidrs);
}

void read_area_names(Context& context, json::Value value, Match& match) {
  for (const json::Value item : context.in.items(value)) {
    if (auto area = refer(context, item, kAreas)) match.areas.push_back(std::move(area));
  }
}

void read_not(Context& context, json::Value value, Match& match) {
  auto excluded = std::make_shared<Match>();
  read_match(context, value, *excluded);
  if (value.is_object() && value.children().empty()) {
    context.in.error(value, "\"not\" without a key excludes every client");
  }
  match.excluded = std::move(excluded);
}

constexpr std::array<Field<Context, Match>, 7> kMatchFields{{
    {{"continents"}, read_continents},
    {{"countries"}, read_countries},
    {{"subdivisions"}, read_subdivisions},
    {{"asns"}, read_asns},
    {{"cidrs"}, read_cidrs},
    {{"areas"}, read_area_names},
    {{"not"}, read_not},
}};

template <class T>
bool is_subset(const std::vector<T>& inner, const std::vector<T>& outer) {
  return std::ranges::all_of(
      inner, [&](const T& value) { return std::ranges::find(outer, value) != outer.end(); });
}

bool is_within_prefixes(const base::Prefix& inner, const std::vector<base::Prefix>& outer) {
  return std::ranges::any_of(outer, [&](const base::Prefix& prefix) {
    return prefix.bits <= inner.bits && prefix.contains(inner.address);
  });
}

// A key that `outer` does not ask for excludes nobody; one that only `outer` asks for may.
template <class T>
bool key_covers(const std::vector<T>& outer, const std::vector<T>& inner) {
  return outer.empty() || (!inner.empty() && is_subset(inner, outer));
}

bool cidrs_cover(const std::vector<base::Prefix>& outer, const std::vector<base::Prefix>& inner) {
  if (outer.empty()) return true;
  return !inner.empty() && std::ranges::all_of(inner, [&](const base::Prefix& prefix) {
    return is_within_prefixes(prefix, outer);
  });
}

}  // namespace

void read_match(Context& context, json::Value value, Match& match) {
  match.where = context.in.where(value);
  read_object(context, value, kMatchFields, match);
}

void declare_areas(Context& context, std::optional<json::Value> section) {
  define_all<Area>(context, section, kAreas, [](Context&, json::Value, Area&) {});
}

void read_areas(Context& context, std::optional<json::Value> section) {
  if (!section || !section->is_object()) return;
  for (const json::Value member : section->children()) {
    auto match = std::make_shared<Match>();
    read_match(context, member, *match);
    auto* entry = context.definitions.areas.find(member.key());
    const base::Where where = context.in.where_key(member);
    // Not so when the name was refused, or taken by an area of another file.
    const bool mine =
        entry != nullptr && entry->where.file == where.file && entry->where.offset == where.offset;
    if (mine) entry->value->match = std::move(match);
  }
}

std::vector<std::string_view> match_keys() { return names_of(kMatchFields); }

bool covers(const Match& outer, const Match& inner) {
  const bool exclusion_covers =
      outer.excluded == nullptr ||
      (inner.excluded != nullptr && covers(*inner.excluded, *outer.excluded));
  return exclusion_covers && key_covers(outer.continents, inner.continents) &&
         key_covers(outer.countries, inner.countries) &&
         key_covers(outer.subdivisions, inner.subdivisions) && key_covers(outer.asns, inner.asns) &&
         key_covers(outer.areas, inner.areas) && cidrs_cover(outer.cidrs, inner.cidrs);
}

}  // namespace loadstar::model
