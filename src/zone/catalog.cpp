#include "loadstar/zone/catalog.hpp"

#include <algorithm>
#include <array>

namespace loadstar::zone {
namespace {

/// The root's not counted.
std::size_t count_labels(const std::uint8_t* name) noexcept {
  std::size_t count = 0;
  for (; *name != 0; name += *name + 1U) ++count;
  return count;
}

}  // namespace

Catalog::~Catalog() = default;

std::size_t Catalog::memory_bytes() const noexcept {
  return slots_.size() * sizeof(Slot) + arena_.size() * sizeof(Line) +
         zones_.size() * sizeof(ZoneInfo);
}

const NameRecord* Catalog::next_name(std::uint32_t zone, const NameRecord& name) const noexcept {
  const auto start = reinterpret_cast<const std::uint8_t*>(&name) -
                     reinterpret_cast<const std::uint8_t*>(arena_.data());
  const std::size_t end = static_cast<std::size_t>(start) + name.size();
  return name_from(static_cast<std::uint32_t>((end + kUnit - 1) / kUnit), zones_[zone].end_place);
}

/// A record that would have crossed a cache line starts on the next one; what is left before it is
/// zero, which no name's length is.
const NameRecord* Catalog::name_from(std::uint32_t place, std::uint32_t end) const noexcept {
  constexpr std::uint32_t kUnitsOfLine = sizeof(Line) / kUnit;
  if (place < end && at(place)->name_length() == 0)
    place = (place / kUnitsOfLine + 1) * kUnitsOfLine;
  return place < end ? at(place) : nullptr;
}

/// Not there, or a cut, or hidden below one: the closest ancestor that is visible decides. Names
/// longer than any of ours are cut to our depth first, so that the work is bounded by the zones and
/// not by the query.
Match Catalog::find_above(const std::uint8_t* name, std::size_t length,
                          const NameRecord* record) const noexcept {
  if (record != nullptr && !record->is(NameRecord::kOccluded))
    return {Match::Kind::Delegation, record};
  const std::uint8_t* const end = name + length;
  for (std::size_t labels = count_labels(name); labels > 0; --labels) {
    name += *name + 1U;
    if (labels > most_labels_ + 1) continue;
    const auto left = static_cast<std::size_t>(end - name);
    const NameRecord* const ancestor = probe(name, left);
    if (ancestor == nullptr || ancestor->is(NameRecord::kOccluded)) continue;
    if (ancestor->is(NameRecord::kCut)) return {Match::Kind::Delegation, ancestor};
    if (ancestor->is(NameRecord::kDname)) return {Match::Kind::Dname, ancestor};
    return below_encloser(name, left, ancestor);
  }
  return {};
}

Match Catalog::below_encloser(const std::uint8_t* name, std::size_t length,
                              const NameRecord* encloser) const noexcept {
  if (!encloser->is(NameRecord::kWildcard)) return {Match::Kind::NxDomain, encloser};
  std::array<std::uint8_t, wire::kMaxNameLength + 2> wildcard;
  wildcard[0] = 1;
  wildcard[1] = '*';
  std::memcpy(wildcard.data() + 2, name, length);
  return {Match::Kind::Wildcard, probe(wildcard.data(), length + 2)};
}

}  // namespace loadstar::zone
