#include "decode.hpp"

#include <algorithm>
#include <cctype>
#include <string>

#include "tree_cursor.hpp"
#include "utf8.hpp"

namespace loadstar::geo {
namespace {

constexpr std::size_t kLongestCode = 8;
constexpr std::size_t kLongestName = 200;
constexpr std::size_t kMostSubdivisions = 8;

bool is_code_character(char c) noexcept {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

/// A code such as "DE"; empty for what looks like none.
std::string_view code(const RecordReader& reader, const Value& value) {
  const std::string_view text = reader.text(value);
  const bool fits = text.size() <= kLongestCode && std::ranges::all_of(text, is_code_character);
  return fits ? text : std::string_view{};
}

/// A name for people; empty for what cannot be shown.
std::string_view name(const RecordReader& reader, const Value& value) {
  const std::string_view text = reader.text(value);
  return text.size() <= kLongestName && is_printable_utf8(text) ? text : std::string_view{};
}

std::string subdivisions(RecordReader& reader, const Value& list, std::string_view country) {
  std::string joined;
  auto divisions = reader.children(list);
  divisions.resize(std::min(divisions.size(), kMostSubdivisions));
  for (const Value& division : divisions) {
    const std::string_view short_code = code(reader, reader.find(division, "iso_code"));
    if (short_code.empty() || country.empty()) continue;
    if (!joined.empty()) joined += ',';
    joined.append(country).append("-").append(short_code);
  }
  return joined;
}

std::int32_t degrees(RecordReader& reader, const Value& location, std::string_view key,
                     double most) {
  const auto value = reader.real(reader.find(location, key));
  return value ? fixed_degrees(*value, most) : Location::kNowhere;
}

/// ASN and ISP databases have it at the top, Enterprise among the traits.
Value holder_of_asn(RecordReader& reader, const Value& root) {
  const Value traits = reader.find(root, "traits");
  return traits.type == ValueType::Map ? traits : root;
}

void refuse_if_broken(const RecordReader& reader, const Mmdb& database, std::uint32_t offset) {
  if (!reader.broken()) return;
  database.refuse("has a broken record at byte " + std::to_string(offset) + " of its data");
}

struct NamedKind {
  std::string_view word;
  Kind kind;
};

// In the order in which they are looked for: "DBIP-Location-ISP (compat=Enterprise)" is all at
// once.
constexpr NamedKind kKinds[] = {
    {"enterprise", {Rank::Good, Rank::Fair}}, {"city", {Rank::Good, Rank::None}},
    {"country", {Rank::Fair, Rank::None}},    {"asn", {Rank::None, Rank::Good}},
    {"isp", {Rank::None, Rank::Good}},
};

std::string lower_case(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return text;
}

/// Where a tree's first record is; 0 for none, else the offset plus 1.
template <class Number>
std::uint32_t first_record(const Mmdb& database) {
  auto remember = [](std::uint32_t offset) { return offset + 1; };
  TreeCursor<Number, decltype(remember)> cursor(&database, remember);
  while (cursor.value() == 0 && cursor.last() != Runs<Number>::kLast) cursor.advance();
  return cursor.value();
}

Kind kind_of_record(const Mmdb& database, std::uint32_t offset) {
  RecordReader reader(database.data());
  const Value root = reader.at(offset);
  const auto has = [&](const Value& map, std::string_view key) {
    return reader.find(map, key).type != ValueType::None;
  };
  Kind kind;
  if (has(root, "country") || has(root, "continent")) kind.location = Rank::Fair;
  if (has(root, "city") || has(root, "location")) kind.location = Rank::Good;
  if (has(holder_of_asn(reader, root), "autonomous_system_number")) kind.system = Rank::Fair;
  refuse_if_broken(reader, database, offset);
  return kind;
}

}  // namespace

Kind kind_of(const Mmdb& database) {
  const std::string type = lower_case(database.info().type);
  for (const NamedKind& named : kKinds) {
    if (type.find(named.word) != std::string::npos) return named.kind;
  }
  std::uint32_t found = first_record<Number32>(database);
  if (found == 0) found = first_record<Number128>(database);
  return found == 0 ? Kind{} : kind_of_record(database, found - 1);
}

std::uint32_t read_location(RecordReader& reader, const Value& record, PlaceTable& table) {
  const auto continent = code(reader, reader.find(reader.find(record, "continent"), "code"));
  const auto country = code(reader, reader.find(reader.find(record, "country"), "iso_code"));
  const auto divisions = subdivisions(reader, reader.find(record, "subdivisions"), country);
  const auto names = reader.find(reader.find(record, "city"), "names");
  const auto location = reader.find(record, "location");
  return table.add_location({.continent = table.add_word(continent),
                             .country = table.add_word(country),
                             .subdivisions = table.add_word(divisions),
                             .city = table.add_word(name(reader, reader.find(names, "en"))),
                             .latitude = degrees(reader, location, "latitude", 90),
                             .longitude = degrees(reader, location, "longitude", 180)});
}

std::uint32_t read_system(RecordReader& reader, const Value& record, PlaceTable& table) {
  const Value holder = holder_of_asn(reader, record);
  const auto asn = reader.number(reader.find(holder, "autonomous_system_number")).value_or(0);
  const auto organization = name(reader, reader.find(holder, "autonomous_system_organization"));
  if (asn > UINT32_MAX) return 0;
  return table.add_system({static_cast<std::uint32_t>(asn), table.add_word(organization)});
}

std::uint32_t Decoder::decode(std::uint32_t offset) {
  RecordReader reader(database_->data());
  const std::uint32_t part = read_(reader, reader.at(offset), *table_);
  refuse_if_broken(reader, *database_, offset);
  return part;
}

}  // namespace loadstar::geo
