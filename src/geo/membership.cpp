#include "membership.hpp"

#include <algorithm>
#include <optional>

#include "block.hpp"

namespace loadstar::geo {
namespace {

/// The prefix of clients that a prefix stands for: "::ffff:192.0.2.0/120" is 192.0.2.0/24, as such
/// clients are looked up by their IPv4 address.
base::Prefix as_looked_up(const base::Prefix& prefix) {
  const auto inner = base::embedded_v4(prefix.address);
  if (!inner || prefix.bits < inner->bits_before) return prefix;
  const auto bits = static_cast<std::uint8_t>(
      std::min<int>(prefix.bits - inner->bits_before, bits_of(base::Family::V4)));
  return {inner->address.masked(bits), bits};
}

}  // namespace

Memberships::Memberships(std::span<const std::vector<base::Prefix>> sets) : sets_(sets) {
  static_cast<void>(number_of_combination(std::vector<int>(sets.size() + 1)));
}

template <class Number>
void Memberships::add_edges(std::vector<Edge<Number>>& edges, std::size_t set, Number first,
                            unsigned bits) {
  const Number last = last_of_block(first, bits);
  edges.push_back({first, set, 1});
  if (last != Runs<Number>::kLast) edges.push_back({static_cast<Number>(last + 1), set, -1});
}

template <class Number>
Runs<Number> Memberships::sweep(std::vector<Edge<Number>> edges) {
  std::ranges::sort(edges, {}, &Edge<Number>::at);
  std::vector<int> depths(sets_.size() + 1);
  Runs<Number> runs;
  if (edges.empty() || edges.front().at > 0) runs.append(0, 0);
  for (auto edge = edges.begin(); edge != edges.end();) {
    const Number at = edge->at;
    for (; edge != edges.end() && edge->at == at; ++edge) depths[edge->set] += edge->step;
    runs.append(at, number_of_combination(depths));
  }
  return runs;
}

Runs<Number32> Memberships::runs_v4() {
  std::vector<Edge<Number32>> edges;
  for (std::size_t set = 0; set < sets_.size(); ++set) {
    for (const base::Prefix& given : sets_[set]) {
      const base::Prefix prefix = as_looked_up(given);
      if (!prefix.address.is_v4()) continue;
      add_edges(edges, set, number_of<Number32>(prefix.address), prefix.bits);
    }
  }
  return sweep(std::move(edges));
}

Runs<Number128> Memberships::runs_v6() {
  std::vector<Edge<Number128>> edges;
  for (std::size_t set = 0; set < sets_.size(); ++set) {
    for (const base::Prefix& prefix : sets_[set]) {
      if (prefix.address.is_v4()) continue;
      add_edges(edges, set, number_of<Number128>(prefix.address), prefix.bits);
    }
  }
  for (const base::Embedding& block : base::kEmbeddings) {
    add_edges(edges, sets_.size(), join(block.high, block.low), block.bits);
  }
  return sweep(std::move(edges));
}

std::uint32_t Memberships::number_of_combination(const std::vector<int>& depths) {
  Combination combination;
  combination.carries_v4 = depths.back() > 0;
  for (std::size_t set = 0; set < sets_.size(); ++set)
    combination.in_set.push_back(depths[set] > 0);
  const auto number = static_cast<std::uint32_t>(combinations_.size());
  const auto [at, is_new] = numbers_.try_emplace(combination, number);
  if (is_new) combinations_.push_back(std::move(combination));
  return at->second;
}

}  // namespace loadstar::geo
