#pragma once
// Whether a client matches: step 3 of the zone format's section 4, for compile and for explain
// alike.

#include <algorithm>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "loadstar/geo/place.hpp"
#include "loadstar/model/policy.hpp"

#include "trace.hpp"

namespace loadstar::steer {

/// Every `cidrs` of a policy, through areas and nots too, numbered for the partition. Valid while
/// the policy lives.
class CidrSets {
 public:
  explicit CidrSets(const model::Policy& policy);

  [[nodiscard]] const std::vector<std::vector<base::Prefix>>& lists() const noexcept {
    return lists_;
  }
  /// Of a match that has cidrs and was seen by the constructor.
  [[nodiscard]] std::size_t index_of(const model::Match& match) const {
    return numbers_.at(&match);
  }
  /// Which lists an address is in: what the partition works out for whole blocks.
  [[nodiscard]] std::vector<bool> membership(const base::Address& address) const;

 private:
  void collect(const model::Match& match);

  std::vector<std::vector<base::Prefix>> lists_;
  std::unordered_map<const model::Match*, std::size_t> numbers_;
};

/// What is known of a client.
struct Evidence {
  const geo::Place& place;
  const CidrSets& sets;
  const std::vector<bool>& in_set;  ///< by index of `sets`
};

template <class Trace>
[[nodiscard]] bool matches(const model::Match& match, const Evidence& evidence, Trace& trace);

/// Within areas and nots nobody listens: the key that names them is what is told.
[[nodiscard]] inline bool matches(const model::Match& match, const Evidence& evidence) {
  NullTrace trace;
  return matches(match, evidence, trace);
}

template <class Trace>
[[nodiscard]] bool matches(const model::Match& match, const Evidence& evidence, Trace& trace) {
  const geo::Place& place = evidence.place;
  const auto holds = [&](MatchKey key, bool given, auto&& test) {
    if (!given) return true;
    const bool held = test();
    trace.key(match, key, held);
    return held;
  };
  const auto one_of = [](const auto& values, const auto& value) {
    return std::ranges::find(values, value) != values.end();
  };
  return holds(MatchKey::Continents, !match.continents.empty(),
               [&] { return one_of(match.continents, place.continent); }) &&
         holds(MatchKey::Countries, !match.countries.empty(),
               [&] { return one_of(match.countries, place.country); }) &&
         holds(MatchKey::Subdivisions, !match.subdivisions.empty(),
               [&] {
                 return std::ranges::any_of(place.subdivisions, [&](const std::string& named) {
                   return one_of(match.subdivisions, named);
                 });
               }) &&
         holds(MatchKey::Asns, !match.asns.empty(),
               [&] { return one_of(match.asns, place.asn); }) &&
         holds(MatchKey::Cidrs, !match.cidrs.empty(),
               [&] { return evidence.in_set[evidence.sets.index_of(match)]; }) &&
         holds(MatchKey::Areas, !match.areas.empty(),
               [&] {
                 return std::ranges::any_of(match.areas, [&](const auto& area) {
                   return matches(*area->match, evidence);
                 });
               }) &&
         holds(MatchKey::Not, match.excluded != nullptr,
               [&] { return !matches(*match.excluded, evidence); });
}

/// The first rule that matches, by its index.
template <class Trace>
[[nodiscard]] std::optional<std::uint32_t> find_rule(const model::Policy& policy,
                                                     const Evidence& evidence, Trace& trace) {
  for (std::uint32_t index = 0; index < policy.rules.size(); ++index) {
    const bool matched = matches(policy.rules[index].match, evidence, trace);
    trace.rule(index, matched);
    if (matched) return index;
  }
  return std::nullopt;
}

}  // namespace loadstar::steer
