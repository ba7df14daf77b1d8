#pragma once
// Step 6 of the zone format's section 4: the first usable pool of a plan. Written once over a
// trace; with a NullTrace it is the query path.

#include <algorithm>
#include <cstdint>
#include <span>

#include "loadstar/base/random.hpp"
#include "loadstar/select/hash.hpp"
#include "loadstar/steer/plan.hpp"
#include "loadstar/steer/policy.hpp"

#include "subnet.hpp"

namespace loadstar::steer {

/// A choice under way.
struct Choice {
  const Plan& plan;
  const Client& client;
  const Subnet& subnet;  ///< of the client; needed only when the plan hashes
  LivePools pools;
  std::uint32_t draw;  ///< needed only when the plan shares by chance or in turn

  [[nodiscard]] std::uint8_t hash_bits() const noexcept {
    return subnet.address.is_v4() ? plan.hash_bits_v4 : plan.hash_bits_v6;
  }
  [[nodiscard]] const PoolView& view(const PlanPool& listed) const noexcept {
    return *pools[listed.pool];
  }
};

using PlanPools = std::span<const PlanPool>;

template <class Condition>
[[nodiscard, gnu::always_inline]] inline const PlanPool* first_of(PlanPools pools,
                                                                  Condition&& allowed) noexcept {
  const auto found = std::ranges::find_if(pools, allowed);
  return found == pools.end() ? nullptr : &*found;
}

template <class Condition>
[[nodiscard, gnu::always_inline]] inline const PlanPool* weighted_of(PlanPools pools,
                                                                     std::uint32_t draw,
                                                                     Condition&& allowed) noexcept {
  std::uint64_t total = 0;
  for (const PlanPool& listed : pools) total += allowed(listed) ? listed.weight : 0;
  if (total == 0) return first_of(pools, allowed);
  std::uint64_t left = draw * total >> 32;
  return first_of(pools, [&](const PlanPool& listed) {
    if (!allowed(listed)) return false;
    if (left < listed.weight) return true;
    left -= listed.weight;
    return false;
  });
}

template <class Condition>
[[nodiscard, gnu::always_inline]] inline const PlanPool* next_of(PlanPools pools,
                                                                 std::uint32_t draw,
                                                                 Condition&& allowed) noexcept {
  const auto size = static_cast<std::uint32_t>(std::ranges::count_if(pools, allowed));
  if (size == 0) return nullptr;
  std::uint32_t skip = draw % size;
  return first_of(pools, [&](const PlanPool& listed) { return allowed(listed) && skip-- == 0; });
}

template <class Condition>
[[nodiscard, gnu::always_inline]] inline const PlanPool* hashed_of(PlanPools pools,
                                                                   std::uint64_t key,
                                                                   Condition&& allowed) noexcept {
  const PlanPool* best = nullptr;
  double least = 0;
  for (const PlanPool& listed : pools) {
    if (!allowed(listed)) continue;
    const double cost = select::rendezvous_cost(key, listed.hashed);
    if (best != nullptr && cost >= least) continue;
    best = &listed;
    least = cost;
  }
  return best;
}

/// Of the leading pools that are allowed, the one that the sharing gives this client; null when
/// none is.
template <class Condition>
[[nodiscard, gnu::always_inline]] inline const PlanPool* share(const Choice& choice,
                                                               Condition&& allowed) noexcept {
  const PlanPools leading = PlanPools(choice.plan.pools).first(choice.plan.leading);
  switch (choice.plan.sharing) {
    case Sharing::First: break;
    case Sharing::Weighted: return weighted_of(leading, choice.draw, allowed);
    case Sharing::RoundRobin: return next_of(leading, choice.draw, allowed);
    case Sharing::Sticky:
      return hashed_of(leading, subnet_key(choice.subnet, choice.hash_bits()), allowed);
  }
  return first_of(leading, allowed);
}

template <class Condition>
[[nodiscard, gnu::always_inline]] inline const PlanPool* first_in_order(
    const Choice& choice, Condition&& allowed) noexcept {
  if (const PlanPool* shared = share(choice, allowed)) return shared;
  return first_of(PlanPools(choice.plan.pools).subspan(choice.plan.leading), allowed);
}

[[nodiscard]] inline Selection select_pool(std::uint32_t pool, PickFrom from) noexcept {
  return {.outcome = Outcome::Pool, .from = from, .pool = pool};
}

/// As if all were up: a pool that operators took away is not meant by that, unless there is no
/// other.
[[nodiscard]] inline Selection as_if_up(const Choice& choice) noexcept {
  const PlanPool* chosen = first_in_order(
      choice, [&](const PlanPool& listed) { return !choice.view(listed).withdrawn(); });
  if (chosen == nullptr) chosen = &choice.plan.pools.front();
  return select_pool(chosen->pool, PickFrom::AsIfUp);
}

[[nodiscard]] inline Selection last_good(const Choice& choice) noexcept {
  const PlanPool* latest = nullptr;
  for (const PlanPool& listed : choice.plan.pools) {
    const PoolView& view = choice.view(listed);
    if (view.withdrawn() || view.last_usable() == 0) continue;
    if (latest && view.last_usable() <= choice.view(*latest).last_usable()) continue;
    latest = &listed;
  }
  if (latest == nullptr) return as_if_up(choice);
  return select_pool(latest->pool, PickFrom::LastGood);
}

[[nodiscard]] inline PickFrom from_fallback(const PoolView& view) noexcept {
  if (view.usable()) return PickFrom::Live;
  return view.usable_in_full() ? PickFrom::InFull : PickFrom::AsIfUp;
}

[[nodiscard]] inline Selection when_all_down(const Choice& choice) noexcept {
  const std::uint32_t fallback = choice.plan.fallback_pool;
  switch (choice.plan.on_all_down) {
    case model::OnAllDown::Kind::All: break;
    case model::OnAllDown::Kind::LastGood: return last_good(choice);
    case model::OnAllDown::Kind::Pool:
      return select_pool(fallback, from_fallback(*choice.pools[fallback]));
    case model::OnAllDown::Kind::NoData: return {.outcome = Outcome::NoData};
    case model::OnAllDown::Kind::ServFail: return {.outcome = Outcome::ServFail};
  }
  return as_if_up(choice);
}

/// The pools that could take the client have drained it already, or not taken it back yet: better
/// one of these than none.
[[nodiscard]] inline const PlanPool* usable_in_full(const Choice& choice) noexcept {
  return first_in_order(
      choice, [&](const PlanPool& listed) { return choice.view(listed).usable_in_full(); });
}

/// The pool of the plan, without scope and hash bits.
template <class Trace>
[[nodiscard]] Selection choose_pool(const Choice& choice, Trace& trace) noexcept {
  if (choice.plan.pools.empty()) return {.outcome = choice.plan.no_match};
  const PlanPool* chosen = first_in_order(choice, [&](const PlanPool& listed) {
    const bool usable = choice.view(listed).usable_for(choice.client);
    trace.tried(listed, usable);
    return usable;
  });
  if (chosen != nullptr) return select_pool(chosen->pool, PickFrom::Live);
  chosen = usable_in_full(choice);
  if (chosen != nullptr) return select_pool(chosen->pool, PickFrom::InFull);
  trace.all_down();
  return when_all_down(choice);
}

[[nodiscard]] inline std::uint32_t draw_for(const Policy& policy, Sharing sharing,
                                            const Client& client, Dice& dice) noexcept {
  if (sharing != Sharing::Weighted && sharing != Sharing::RoundRobin) return 0;
  const auto key = base::mix(select::hash(client.address.bytes()) + policy.index());
  return dice.draws->draw(key, dice.kind, [&]() -> std::uint32_t {
    if (sharing == Sharing::RoundRobin) return dice.policy_turns[policy.index()]++;
    return static_cast<std::uint32_t>(dice.random.next() >> 32);
  });
}

/// Policy::choose with a listener, for a client of a known class.
template <class Trace>
[[nodiscard]] Selection choose(const Policy& policy, const geo::Membership& member,
                               const Client& client, LivePools pools, Dice& dice,
                               Trace& trace) noexcept {
  const Plan& plan = policy.plan(member.client_class);
  const Subnet subnet = plan.hashes ? subnet_of(client) : Subnet{};
  const Choice choice{plan, client, subnet, pools, draw_for(policy, plan.sharing, client, dice)};
  Selection selection = choose_pool(choice, trace);
  selection.scope_bits = member.scope_bits;
  if (!plan.hashes) return selection;
  selection.hash_bits = choice.hash_bits();
  const auto floor = static_cast<std::uint8_t>(subnet.bits_before + selection.hash_bits);
  selection.scope_bits = std::max(selection.scope_bits, floor);
  return selection;
}

}  // namespace loadstar::steer
