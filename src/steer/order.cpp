#include "order.hpp"

#include <algorithm>
#include <limits>

#include "loadstar/geo/place.hpp"

namespace loadstar::steer {
namespace {

std::optional<base::Coordinates> coordinates_of(const model::RulePool& listed) {
  return listed.pool->region ? listed.pool->region->coordinates : std::nullopt;
}

std::optional<double> distance(const model::RulePool& listed,
                               const std::optional<base::Coordinates>& from) {
  const auto to = coordinates_of(listed);
  if (!from || !to) return std::nullopt;
  return geo::distance_km(*from, *to) - listed.bias_km;
}

Order as_listed(const model::Rule& rule, const std::optional<base::Coordinates>& from) {
  Order order;
  for (std::uint32_t position = 0; position < rule.pools.size(); ++position) {
    order.entries.push_back({position, distance(rule.pools[position], from)});
  }
  return order;
}

constexpr double kNowhere = std::numeric_limits<double>::infinity();

double rank(const Order::Entry& entry) { return entry.distance_km.value_or(kNowhere); }

// Pools that are not known to be anywhere come last and share with nobody.
void put_nearest_first(Order& order, double within_km) {
  std::ranges::stable_sort(order.entries, {}, rank);
  if (within_km <= 0 || !order.entries.front().distance_km) return;
  const double limit = rank(order.entries.front()) + within_km;
  const auto is_near = [&](const Order::Entry& entry) { return rank(entry) <= limit; };
  order.leading = static_cast<std::uint32_t>(std::ranges::count_if(order.entries, is_near));
  if (order.leading > 1) order.sharing = Sharing::Weighted;
}

void share_among_all(Order& order, Sharing sharing) {
  order.leading = static_cast<std::uint32_t>(order.entries.size());
  order.sharing = sharing;
}

}  // namespace

Order order_pools(const model::Rule& rule, const std::optional<base::Coordinates>& from) {
  const bool nearest = rule.method == model::Method::Nearest;
  Order order = as_listed(rule, nearest ? from : std::nullopt);
  if (rule.pools.size() == 1) return order;
  switch (rule.method) {
    case model::Method::Failover: break;
    case model::Method::Nearest: put_nearest_first(order, rule.within_km); break;
    case model::Method::Weighted: share_among_all(order, Sharing::Weighted); break;
    case model::Method::RoundRobin: share_among_all(order, Sharing::RoundRobin); break;
    case model::Method::Sticky: share_among_all(order, Sharing::Sticky); break;
  }
  return order;
}

bool depends_on_place(const model::Rule& rule) noexcept {
  return rule.method == model::Method::Nearest && rule.pools.size() > 1 &&
         std::ranges::any_of(rule.pools, [](const model::RulePool& listed) {
           return coordinates_of(listed).has_value();
         });
}

}  // namespace loadstar::steer
