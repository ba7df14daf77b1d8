#include "loadstar/health/condition.hpp"

#include <bit>
#include <map>

#include "catch.hpp"
#include "fixture.hpp"

namespace loadstar::health {
namespace {

using std::chrono::seconds;
using Share = std::shared_ptr<const model::Monitor>;

Share monitor_at(std::uint16_t port) {
  return std::make_shared<const model::Monitor>(tcp_monitor(port));
}

Share combination(std::uint16_t at_least, std::vector<Share> of) {
  model::Monitor monitor;
  monitor.combination = {at_least, std::move(of)};
  return std::make_shared<const model::Monitor>(monitor);
}

Condition condition_of(Share monitor) {
  model::Pool pool;
  pool.monitor = std::move(monitor);
  pool.endpoints.emplace_back().a = base::Address::parse("192.0.2.1");
  return *targets_of(pool)[0].v4;
}

/// What is known of targets, by port.
using Ports = std::map<std::uint16_t, Known>;

Lookup lookup_in(const Ports& ports) {
  return [&ports](const Target& target) -> std::optional<Known> {
    const auto found = ports.find(target.address.port);
    return found == ports.end() ? std::nullopt : std::optional(found->second);
  };
}

TEST_CASE("a condition holds when so many of its targets are up", "[health][condition]") {
  const std::vector<Share> three{monitor_at(1), monitor_at(2), monitor_at(3)};
  for (std::uint16_t at_least = 1; at_least <= 3; ++at_least) {
    const Condition condition = condition_of(combination(at_least, three));
    for (unsigned up = 0; up < 8; ++up) {
      Ports ports;
      for (std::uint16_t port = 1; port <= 3; ++port)
        ports[port] = {.is_up = (up >> (port - 1U) & 1U) != 0, .settled = seconds(port)};
      const auto known = evaluate(condition, lookup_in(ports));
      REQUIRE(known);
      CHECK(known->is_up == (std::popcount(up) >= at_least));
      CHECK(known->settled == seconds(1));
      const Target* const reason = reason_of(condition, lookup_in(ports));
      REQUIRE(reason != nullptr);
      CHECK(ports[reason->address.port].is_up == known->is_up);
    }
  }
}

TEST_CASE("combinations stand within each other", "[health][condition]") {
  const auto pair = combination(2, {monitor_at(2), monitor_at(3)});
  const Condition condition = condition_of(combination(1, {monitor_at(1), pair}));
  CHECK(targets_of(condition).size() == 3);
  Ports ports{{1, {.is_up = false}}, {2, {.is_up = true}}, {3, {.is_up = true}}};
  CHECK(evaluate(condition, lookup_in(ports))->is_up);
  CHECK(reason_of(condition, lookup_in(ports))->address.port == 2);
  ports[3].is_up = false;
  CHECK_FALSE(evaluate(condition, lookup_in(ports))->is_up);
  CHECK(reason_of(condition, lookup_in(ports))->address.port == 1);
  ports[1].is_up = true;
  CHECK(evaluate(condition, lookup_in(ports))->is_up);
}

TEST_CASE("targets that nobody looks at are left out", "[health][condition]") {
  const Condition condition = condition_of(combination(2, {monitor_at(1), monitor_at(2)}));
  const Ports none;
  CHECK_FALSE(evaluate(condition, lookup_in(none)));
  const Ports one{{1, {.is_up = true, .settled = seconds(7)}}};
  CHECK(evaluate(condition, lookup_in(one))->is_up);
  CHECK(evaluate(condition, lookup_in(one))->settled == seconds(7));
}

TEST_CASE("a condition has the weight of the first target that says one", "[health][condition]") {
  const Condition condition =
      condition_of(combination(2, {monitor_at(1), monitor_at(2), monitor_at(3)}));
  const model::ReportedWeight ten{model::ReportedWeight::Unit::Percent, 10};
  const model::ReportedWeight five{model::ReportedWeight::Unit::Whole, 5};
  const Ports ports{{1, {}}, {2, {.weight = ten}}, {3, {.weight = five}}};
  CHECK(evaluate(condition, lookup_in(ports))->weight == ten);
}

TEST_CASE("health says what is known of its targets", "[health][condition]") {
  Consensus health;
  const Condition condition = condition_of(monitor_at(1));
  CHECK_FALSE(evaluate(condition, lookup_in(health)));
  const auto id = health.own().set_targets(targets_of(condition)).front();
  CHECK(evaluate(condition, lookup_in(health))->is_up);
  Result good = result_of(Outcome::Success);
  good.weight = {model::ReportedWeight::Unit::Whole, 5};
  health.own().record(id, good, {});
  CHECK(evaluate(condition, lookup_in(health))->weight == good.weight);
  CHECK(evaluate(condition, lookup_in(health))->settled == seconds(15));
}

}  // namespace
}  // namespace loadstar::health
