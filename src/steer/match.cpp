#include "match.hpp"

namespace loadstar::steer {

CidrSets::CidrSets(const model::Policy& policy) {
  for (const model::Rule& rule : policy.rules) collect(rule.match);
}

void CidrSets::collect(const model::Match& match) {
  if (!match.cidrs.empty() && numbers_.try_emplace(&match, lists_.size()).second) {
    lists_.push_back(match.cidrs);
  }
  for (const auto& area : match.areas) collect(*area->match);
  if (match.excluded) collect(*match.excluded);
}

std::vector<bool> CidrSets::membership(const base::Address& address) const {
  std::vector<bool> in_set;
  for (const std::vector<base::Prefix>& list : lists_) {
    in_set.push_back(std::ranges::any_of(
        list, [&](const base::Prefix& prefix) { return prefix.contains(address); }));
  }
  return in_set;
}

}  // namespace loadstar::steer
