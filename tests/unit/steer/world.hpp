#pragma once
// Pools, policies and databases in few words, for the tests of steer.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "loadstar/geo/database.hpp"
#include "loadstar/steer/policy.hpp"

namespace loadstar::steer::test {

inline base::Address address(std::string_view text) { return *base::Address::parse(text); }
inline base::Prefix prefix(std::string_view text) { return *base::Prefix::parse(text); }

/// "192.0.2.0/24" is an ECS subnet, "192.0.2.1" a resolver.
inline Client client(std::string_view text) {
  const base::Prefix parsed = prefix(text);
  return {parsed.address, parsed.bits};
}

inline Client client(std::uint32_t number) { return {base::Address::v4(number), 32}; }

inline model::Endpoint endpoint(std::string_view a, std::string_view aaaa = "",
                                std::uint32_t weight = 1) {
  model::Endpoint made;
  if (!a.empty()) made.a = address(a);
  if (!aaaa.empty()) made.aaaa = address(aaaa);
  made.id = a.empty() ? aaaa : a;
  made.weight = weight;
  return made;
}

/// So many endpoints 10.0.0.1, 10.0.0.2, … of weight 1.
inline std::vector<model::Endpoint> endpoints(std::uint32_t count) {
  std::vector<model::Endpoint> made;
  for (std::uint32_t i = 1; i <= count; ++i) {
    made.push_back(endpoint(base::Address::v4(0x0a00'0000 + i).to_string()));
  }
  return made;
}

inline std::shared_ptr<model::Region> region(std::string name, double latitude, double longitude) {
  auto made = std::make_shared<model::Region>();
  made->name = std::move(name);
  made->coordinates = base::Coordinates{latitude, longitude};
  return made;
}

inline std::shared_ptr<model::Pool> pool(std::string name, std::vector<model::Endpoint> endpoints,
                                         model::Balance balance = model::Balance::RoundRobin) {
  auto made = std::make_shared<model::Pool>();
  made->name = name;
  made->full_name = std::move(name);
  made->endpoints = std::move(endpoints);
  made->balance = balance;
  return made;
}

inline std::vector<EndpointState> all(std::size_t count, Liveness liveness = Liveness::Up) {
  return std::vector<EndpointState>(count, {.v4 = liveness, .v6 = liveness});
}

inline const EndpointState kUp{};
inline const EndpointState kDown{.v4 = Liveness::Down, .v6 = Liveness::Down};
inline const EndpointState kDrained{
    .v4 = Liveness::Draining, .v6 = Liveness::Draining, .withdrawn = true};
inline const EndpointState kForcedDown{
    .v4 = Liveness::Down, .v6 = Liveness::Down, .withdrawn = true};

/// Dice with turns for a few pools and policies.
struct Table {
  std::vector<std::uint32_t> pool_turns = std::vector<std::uint32_t>(64 * Dice::kTurnsOfPool);
  std::vector<std::uint32_t> policy_turns = std::vector<std::uint32_t>(8);
  Draws draws;
  Dice dice{base::Random(7), &draws, 0, pool_turns, policy_turns};
};

/// A rule over the pools, as listed.
inline model::Rule rule(std::vector<std::shared_ptr<const model::Pool>> pools,
                        model::Method method = model::Method::Failover) {
  model::Rule made;
  made.name = "rule";
  made.method = method;
  for (auto& listed : pools) made.pools.push_back({.pool = std::move(listed)});
  return made;
}

/// Matches of one key.
inline model::Match countries(std::vector<std::string> values) {
  model::Match made;
  made.countries = std::move(values);
  return made;
}

inline model::Match continents(std::vector<std::string> values) {
  model::Match made;
  made.continents = std::move(values);
  return made;
}

inline model::Match cidrs(const std::vector<std::string_view>& values) {
  model::Match made;
  for (const std::string_view value : values) made.cidrs.push_back(prefix(value));
  return made;
}

inline model::Match area(std::vector<model::Match> one_of) {
  model::Match made;
  for (model::Match& match : one_of) {
    auto named = std::make_shared<model::Area>();
    named->name = "area " + std::to_string(made.areas.size() + 1);
    named->match = std::make_shared<model::Match>(std::move(match));
    made.areas.push_back(std::move(named));
  }
  return made;
}

inline model::Match without(model::Match match, model::Match excluded) {
  match.excluded = std::make_shared<model::Match>(std::move(excluded));
  return match;
}

inline std::shared_ptr<const geo::Databases> no_databases() { return geo::Databases::open({}); }

/// A compiled policy with views of its pools, which start all up.
class World {
 public:
  explicit World(std::vector<model::Rule> rules,
                 std::shared_ptr<const geo::Databases> databases = no_databases())
      : databases_(std::move(databases)) {
    model_.rules = std::move(rules);
  }

  model::Policy& model() { return model_; }
  void set_server_default(model::OnAllDown on_all_down) {
    server_default_ = std::move(on_all_down);
  }

  const Policy& policy() {
    if (!policy_) {
      policy_ = Policy::compile(std::make_shared<model::Policy>(model_), *databases_, index_,
                                server_default_, 0);
      for (const auto& each : index_.pools()) {
        views_.push_back(PoolView::make(each, all(each->endpoints.size()), nullptr, ++sequence_));
      }
    }
    return *policy_;
  }

  /// Gives every endpoint of the pool one state.
  void set(const std::shared_ptr<model::Pool>& which, EndpointState state) {
    (void)policy();
    auto& view = views_[index_.add(which)];
    const std::vector<EndpointState> states(which->endpoints.size(), state);
    view = PoolView::make(which, states, view.get(), ++sequence_);
  }

  Selection choose(const Client& who) {
    const Policy& compiled = policy();
    return compiled.choose(who, pools(), table_.dice);
  }

  /// The name of the chosen pool, or what is answered instead.
  std::string chosen(const Client& who) {
    const Selection selection = choose(who);
    switch (selection.outcome) {
      case Outcome::Pool: return index_.pools()[selection.pool]->name;
      case Outcome::NoData: return "nodata";
      case Outcome::ServFail: return "servfail";
      case Outcome::Refused: break;
    }
    return "refused";
  }

  LivePools pools() {
    (void)policy();
    live_.clear();
    for (const auto& view : views_) live_.push_back(view.get());
    return live_;
  }
  const geo::Databases& databases() const { return *databases_; }
  Dice& dice() { return table_.dice; }

 private:
  model::Policy model_;
  std::shared_ptr<const geo::Databases> databases_;
  model::OnAllDown server_default_;
  PoolIndex index_;
  std::shared_ptr<const Policy> policy_;
  std::vector<std::shared_ptr<const PoolView>> views_;
  std::vector<const PoolView*> live_;
  std::uint64_t sequence_ = 0;
  Table table_;
};

}  // namespace loadstar::steer::test
