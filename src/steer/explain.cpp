#include "loadstar/steer/explain.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <utility>

#include "choose.hpp"
#include "match.hpp"
#include "order.hpp"
#include "teller.hpp"
#include "words.hpp"

namespace loadstar::steer {
namespace {

/// Walks the steps for one client.
class Explainer {
 public:
  Explainer(const Policy& policy, const geo::Databases& databases, const Client& client,
            LivePools pools, Dice& dice)
      : policy_(policy),
        client_(client),
        subnet_(subnet_of(client)),
        place_(databases.look_up(client.address)),
        pools_(pools),
        dice_(dice),
        teller_(policy, place_, pools) {}

  [[nodiscard]] Explanation run() {
    teller_.tell({1, "client", words::client(client_), Mark::Note, words::counts_as(subnet_)});
    teller_.tell({2, "place", words::place(place_), Mark::Note, ""});
    tell_rules();
    selection_ =
        choose(policy_, policy_.membership(client_.address), client_, pools_, dice_, teller_);
    if (teller_.was_all_down()) tell_all_down();
    if (selection_.outcome == Outcome::Pool) tell_endpoints();
    tell_scope();
    return {teller_.take(), selection_, std::move(endpoints_)};
  }

 private:
  void tell_rules() {
    const CidrSets sets(policy_.model());
    const std::vector<bool> in_set = sets.membership(subnet_.address);
    rule_ = find_rule(policy_.model(), Evidence{place_, sets, in_set}, teller_);
    if (rule_) return tell_order();
    teller_.tell({3, "rule", "no rule matches", Mark::Rejected,
                  fmt::format("no_match: {}", words::outcome(plan().no_match))});
  }

  void tell_order() {
    const model::Rule& rule = policy_.model().rules[*rule_];
    const Order order = order_pools(rule, place_.coordinates);
    for (std::size_t i = 0; i < order.entries.size(); ++i) {
      const model::RulePool& listed = rule.pools[order.entries[i].position];
      teller_.tell({5, "order", fmt::format("{}. pool \"{}\"", i + 1, listed.pool->name),
                    Mark::Note, why_there(rule, order, i)});
    }
  }

  [[nodiscard]] static std::string why_there(const model::Rule& rule, const Order& order,
                                             std::size_t place) {
    const Order::Entry& entry = order.entries[place];
    const model::RulePool& listed = rule.pools[entry.position];
    std::vector<std::string> why;
    if (rule.method == model::Method::Nearest) why.push_back(words::distance(entry, listed));
    if (place < order.leading) why.push_back(words::sharing(order.sharing, listed.weight));
    std::erase(why, "");
    return why.empty() ? "as listed" : fmt::format("{}", fmt::join(why, ", "));
  }

  void tell_all_down() {
    const model::Rule& rule = policy_.model().rules[*rule_];
    const bool fenced =
        rule.fence && !rule.on_all_down && plan().on_all_down == model::OnAllDown::Kind::All;
    teller_.tell({6, "on_all_down", std::string(words::on_all_down(plan().on_all_down)), Mark::Note,
                  fenced ? "the fence keeps out pools that the rule does not list" : ""});
    if (plan().on_all_down != model::OnAllDown::Kind::Pool) return;
    const bool usable = pools_[plan().fallback_pool]->usable_in_full();
    teller_.tell_pool(plan().fallback_pool, usable ? Mark::Accepted : Mark::Rejected);
  }

  void tell_endpoints() {
    const PoolView& view = *pools_[selection_.pool];
    teller_.tell({7, "endpoints", teller_.pool_text(selection_.pool), Mark::Accepted,
                  std::string(words::from(selection_.from))});
    pick(view, base::Family::V4);
    if (!view.is_cname()) pick(view, base::Family::V6);
  }

  void pick(const PoolView& view, base::Family family) {
    std::vector<std::uint16_t> picked(view.pool().endpoints.size());
    picked.resize(view.pick(family, selection_.from, client_, selection_.hash_bits, selection_.pool,
                            dice_, picked));
    for (const std::uint16_t index : picked) {
      endpoints_.push_back({family, index});
      tell_endpoint(view, family, index, Mark::Accepted, "");
    }
    for (std::size_t i = 0; i < view.pool().endpoints.size(); ++i) {
      const auto index = static_cast<std::uint16_t>(i);
      if (!has_family(view.pool().endpoints[i], family)) continue;
      if (std::ranges::find(picked, index) != picked.end()) continue;
      tell_endpoint(view, family, index, Mark::Rejected, why_not(view, family, index));
    }
  }

  [[nodiscard]] std::string why_not(const PoolView& view, base::Family family,
                                    std::uint16_t index) const {
    const PoolView& seen = view.for_client(client_);
    const auto members = seen.table(family, selection_.from).members();
    if (std::ranges::find(members, index) != members.end()) return "another one was picked";
    const EndpointState& state = seen.states()[index];
    if (liveness(state, family) != Liveness::Up) {
      return words::state(view.pool().endpoints[index], state);
    }
    if (weight_of(view.pool().endpoints[index], view.states()[index], family) == 0)
      return "weight 0, and others are up";
    return "was not up when the pool was usable last";
  }

  void tell_endpoint(const PoolView& view, base::Family family, std::uint16_t index, Mark mark,
                     std::string why) {
    const model::Endpoint& endpoint = view.pool().endpoints[index];
    teller_.tell({7, "endpoint",
                  fmt::format("\"{}\" {}", endpoint.id, words::target(endpoint, family)), mark,
                  std::move(why)});
  }

  void tell_scope() {
    const std::uint8_t by_class = policy_.membership(client_.address).scope_bits;
    std::string why = "the shortest prefix around the client in which the choices are the same";
    if (selection_.scope_bits > by_class) {
      why = fmt::format("a hash of the first {} bits decides; the choices are the same in a /{}",
                        selection_.scope_bits, by_class);
    }
    teller_.tell(
        {9, "scope", fmt::format("/{}", selection_.scope_bits), Mark::Note, std::move(why)});
  }

  [[nodiscard]] const Plan& plan() const {
    return policy_.plan(policy_.membership(client_.address).client_class);
  }

  const Policy& policy_;
  const Client& client_;
  const Subnet subnet_;
  const geo::Place place_;
  LivePools pools_;
  Dice& dice_;
  Teller teller_;
  std::optional<std::uint32_t> rule_;
  Selection selection_;
  std::vector<PickedEndpoint> endpoints_;
};

}  // namespace

Explanation explain(const Policy& policy, const geo::Databases& databases, const Client& client,
                    LivePools pools, Dice& dice) {
  return Explainer(policy, databases, client, pools, dice).run();
}

}  // namespace loadstar::steer
