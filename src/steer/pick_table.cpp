#include "loadstar/steer/pick_table.hpp"

#include <algorithm>

#include "loadstar/select/round_robin.hpp"

#include "subnet.hpp"

namespace loadstar::steer {
namespace {

using Members = std::span<const std::uint16_t>;

// What lasts of an endpoint when the file is edited around it: its address, not its place in the
// list and not its id, which may be made from that place. The IPv4 address stands for both, so that
// both families of a client go to the same endpoint.
std::uint64_t identity(const model::Endpoint& endpoint) {
  if (endpoint.a) return select::hash(endpoint.a->bytes());
  if (endpoint.aaaa) return select::hash(endpoint.aaaa->bytes());
  return select::hash(endpoint.cname);
}

using Weights = std::vector<std::uint32_t>;

Weights without_zeros_alone(Weights weights) {
  if (std::ranges::all_of(weights, [](auto weight) { return weight == 0; })) {
    std::ranges::fill(weights, 1U);
  }
  return weights;
}

select::Rendezvous hash_table(const model::Pool& pool, Members members, const Weights& weights) {
  std::vector<select::RendezvousMember> table;
  for (std::size_t i = 0; i < members.size(); ++i) {
    table.emplace_back(identity(pool.endpoints[members[i]]), weights[i]);
  }
  return select::Rendezvous(std::move(table));
}

std::size_t rotate(Members members, std::uint32_t& turn, std::span<std::uint16_t> out) noexcept {
  const auto size = static_cast<std::uint32_t>(members.size());
  const auto middle = members.begin() + select::next_turn(turn, size);
  const std::size_t count = std::min(out.size(), members.size());
  const auto tail = std::min(count, static_cast<std::size_t>(members.end() - middle));
  const auto rest = std::copy_n(middle, tail, out.begin());
  std::copy_n(members.begin(), count - tail, rest);
  return count;
}

std::size_t in_order(Members members, std::span<std::uint16_t> out) noexcept {
  const std::size_t count = std::min(out.size(), members.size());
  std::copy_n(members.begin(), count, out.begin());
  return count;
}

}  // namespace

PickTable::PickTable(const model::Pool& pool, std::vector<std::uint16_t> members, Weights weights)
    : balance_(pool.balance), members_(std::move(members)) {
  weights = without_zeros_alone(std::move(weights));
  switch (balance_) {
    case model::Balance::Weighted:
    case model::Balance::LeastConnection:
      weighted_ = select::WeightedRandom(std::move(weights));
      break;
    case model::Balance::IpHash: hashed_ = hash_table(pool, members_, weights); break;
    case model::Balance::RoundRobin:
    case model::Balance::All:
    case model::Balance::First: break;
  }
}

std::size_t PickTable::pick(const Client& client, std::uint8_t hash_bits, std::uint32_t& turn,
                            base::Random& random, std::span<std::uint16_t> out) const noexcept {
  if (members_.empty() || out.empty()) return 0;
  if (members_.size() == 1) return in_order(members_, out);
  switch (balance_) {
    case model::Balance::RoundRobin: return rotate(members_, turn, out);
    // Without a fresh report of its site's connections, least-connection is weighted (zone format,
    // section 4, step 7).
    case model::Balance::Weighted:
    case model::Balance::LeastConnection: return pick_weighted(random, out);
    case model::Balance::IpHash: {
      const std::size_t count = hashed_.rank(subnet_key(client, hash_bits), out);
      to_endpoints(out.first(count));
      return count;
    }
    case model::Balance::All:
    case model::Balance::First: break;
  }
  return in_order(members_, out);
}

std::size_t PickTable::pick_weighted(base::Random& random,
                                     std::span<std::uint16_t> out) const noexcept {
  if (out.size() == 1) {
    out[0] = draw(random);
    return 1;
  }
  const std::size_t count = weighted_.pick_distinct(random, out);
  to_endpoints(out.first(count));
  return count;
}

void PickTable::to_endpoints(std::span<std::uint16_t> picked) const noexcept {
  for (std::uint16_t& index : picked) index = members_[index];
}

}  // namespace loadstar::steer
