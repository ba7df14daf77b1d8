#include "loadstar/steer/pool_view.hpp"

#include <algorithm>

#include "pool_family.hpp"
#include "shares.hpp"

namespace loadstar::steer {
namespace {

constexpr std::array kFamilies{base::Family::V4, base::Family::V6};

bool enough_up(const model::Pool& pool, std::span<const EndpointState> states) {
  return std::ranges::all_of(
      kFamilies, [&](base::Family family) { return count_family(pool, states, family).enough(); });
}

bool all_withdrawn(const model::Pool& pool, std::span<const EndpointState> states,
                   base::Family family) {
  bool present = false;
  for (std::size_t i = 0; i < states.size(); ++i) {
    if (!has_family(pool.endpoints[i], family)) continue;
    if (!states[i].withdrawn) return false;
    present = true;
  }
  return present;
}

bool is_anywhere(Liveness wanted, const model::Endpoint& endpoint, const EndpointState& state) {
  return std::ranges::any_of(kFamilies, [&](base::Family family) {
    return has_family(endpoint, family) && liveness(state, family) == wanted;
  });
}

std::uint32_t settled(const model::Pool& pool, std::span<const EndpointState> states) {
  std::uint32_t least = kSettledForGood;
  for (std::size_t i = 0; i < states.size(); ++i) {
    const model::Endpoint& endpoint = pool.endpoints[i];
    const bool down = is_anywhere(Liveness::Down, endpoint, states[i]) && !states[i].withdrawn;
    if (down || is_anywhere(Liveness::Draining, endpoint, states[i])) return 0;
    least = std::min(least, states[i].settled_seconds);
  }
  return least;
}

bool same_target(const model::Endpoint& one, const model::Endpoint& other, base::Family family) {
  if (family == base::Family::V6) return one.aaaa == other.aaaa;
  return one.a == other.a && one.cname == other.cname;
}

// Members of the view before, found again by what they answer: the zone may have been loaded anew
// in between.
std::vector<std::uint16_t> find_again(const model::Pool& pool, const model::Pool& old_pool,
                                      std::span<const std::uint16_t> old_members,
                                      base::Family family) {
  std::vector<std::uint16_t> found;
  for (std::size_t i = 0; i < pool.endpoints.size(); ++i) {
    const bool was_member = std::ranges::any_of(old_members, [&](std::uint16_t index) {
      return same_target(old_pool.endpoints[index], pool.endpoints[i], family);
    });
    if (was_member) found.push_back(static_cast<std::uint16_t>(i));
  }
  return found;
}

}  // namespace

std::shared_ptr<const PoolView> PoolView::make(std::shared_ptr<const model::Pool> pool,
                                               std::span<const EndpointState> states,
                                               const PoolView* previous, std::uint64_t sequence) {
  return std::shared_ptr<const PoolView>(new PoolView(std::move(pool), states, previous, sequence));
}

// What is shared counts as if it took all of its clients; slices say who finds it otherwise.
PoolView::PoolView(std::shared_ptr<const model::Pool> pool, std::span<const EndpointState> given,
                   const PoolView* previous, std::uint64_t sequence)
    : is_cname_(!pool->endpoints.front().cname.empty()),
      answer_limit_(static_cast<std::uint32_t>(pool->answer_limit())),
      states_(states_at(0, given)),
      pool_(std::move(pool)) {
  withdrawn_ = std::ranges::any_of(
      kFamilies, [&](base::Family family) { return all_withdrawn(*pool_, states_, family); });
  usable_ = usable_in_full_ = !withdrawn_ && enough_up(*pool_, states_);
  settled_seconds_ = usable_ ? settled(*pool_, states_) : 0;
  if (usable_)
    last_usable_ = sequence;
  else if (previous != nullptr)
    last_usable_ = previous->last_usable_;
  render_addresses();
  for (const base::Family family : kFamilies) build_tables(family, previous);
  if (std::ranges::any_of(given, is_shared)) slice(given, sequence);
}

void PoolView::slice(std::span<const EndpointState> states, std::uint64_t sequence) {
  for (const std::uint8_t point : turning_points(states)) {
    slices_.push_back({point, make(pool_, states_at(point, states), nullptr, sequence)});
    usable_ = usable_ && slices_.back().view->usable();
  }
  for (auto& row : sole_) row[static_cast<std::size_t>(PickFrom::Live)] = kAskMore;
  states_.assign(states.begin(), states.end());
  settled_seconds_ = 0;
}

const PoolView& PoolView::for_client(const Client& client) const noexcept {
  if (slices_.empty()) return *this;
  const std::uint8_t mine = percent(client);
  const auto next = std::ranges::upper_bound(slices_, mine, {}, &Slice::from_percent);
  return *std::prev(next)->view;  // the first begins at 0
}

void PoolView::render_addresses() {
  v4_.resize(pool_->endpoints.size());
  v6_.resize(pool_->endpoints.size());
  for (std::size_t i = 0; i < pool_->endpoints.size(); ++i) {
    const model::Endpoint& endpoint = pool_->endpoints[i];
    if (endpoint.a) std::ranges::copy(endpoint.a->bytes(), v4_[i].begin());
    if (endpoint.aaaa) std::ranges::copy(endpoint.aaaa->bytes(), v6_[i].begin());
  }
}

void PoolView::build_tables(base::Family family, const PoolView* previous) {
  const auto row = static_cast<std::size_t>(family);
  const std::vector<std::uint16_t> as_if_up = as_if_up_members(*pool_, states_, family);
  std::vector<std::uint16_t> live = live_members(*pool_, states_, family);
  // A pool with min_up 0 is usable with nobody up; it goes on answering.
  if (live.empty()) live = as_if_up;
  if (usable_) {
    last_good_[row] = live;
  } else if (previous != nullptr) {
    last_good_[row] = find_again(*pool_, *previous->pool_, previous->last_good_[row], family);
  }
  std::vector<std::uint16_t> last_good = last_good_[row];
  std::erase_if(last_good, [&](std::uint16_t index) { return states_[index].withdrawn; });
  if (last_good.empty()) last_good = as_if_up;

  set_table(family, PickFrom::InFull, live);
  set_table(family, PickFrom::Live, std::move(live));
  set_table(family, PickFrom::AsIfUp, as_if_up);
  set_table(family, PickFrom::LastGood, std::move(last_good));
}

void PoolView::set_table(base::Family family, PickFrom from, std::vector<std::uint16_t> members) {
  const auto row = static_cast<std::size_t>(family);
  const auto column = static_cast<std::size_t>(from);
  PickTable& table = tables_[row][column];
  std::vector<std::uint32_t> weights;
  for (const std::uint16_t index : members)
    weights.push_back(weight_of(pool_->endpoints[index], states_[index], family));
  table = PickTable(*pool_, std::move(members), std::move(weights));
  std::uint16_t& sole = sole_[row][column];
  sole = kAskMore;
  if (is_cname_) return;
  if (table.members().size() == 1)
    sole = table.members().front();
  else if (table.is_drawn() && answer_limit_ == 1)
    sole = kDrawn;
}

}  // namespace loadstar::steer
