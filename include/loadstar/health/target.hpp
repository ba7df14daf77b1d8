#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "loadstar/base/address.hpp"
#include "loadstar/model/monitor.hpp"
#include "loadstar/model/pool.hpp"

namespace loadstar::health {

/// Names a target on one Board. Never given twice, so that a late result cannot reach another
/// target.
enum class TargetId : std::uint32_t {};

/// An address and how it is probed. However many zones, pools and monitors ask for the same probe
/// of the same address, it is one target: two are equal when they ask the same question at the same
/// times and judge it alike, whatever their monitors are called.
struct Target {
  std::shared_ptr<const model::Monitor> monitor;  ///< never null
  base::Endpoint address;                         ///< with the port that is probed

  friend bool operator==(const Target& left, const Target& right) noexcept;
};

/// The probes are the same; their interval, timeout, fall and rise may differ.
[[nodiscard]] bool asks_the_same(const Target& left, const Target& right) noexcept;

/// The probed address, with its port if it has one.
[[nodiscard]] std::string to_string(const Target& target);

/// What asks_the_same compares, in a few words that are the same in every run and release:
/// "http 192.0.2.1:80 9f86d081884c7d65".
[[nodiscard]] std::string question_of(const Target& target);

/// Names a target among vantages and nodes, whatever ids their boards gave it: equal targets have
/// the same in every process.
enum class TargetKey : std::uint64_t {};
[[nodiscard]] TargetKey key_of(const Target& target);

/// Goes with both operator== and asks_the_same.
struct TargetHash {
  [[nodiscard]] std::size_t operator()(const Target& target) const noexcept;
};

/// What decides on one address: holds when so many of its targets and nested conditions hold. A
/// plain monitor is a condition of one target.
struct Condition {
  std::size_t at_least = 1;
  std::vector<Target> targets;
  std::vector<Condition> nested;
};

/// The conditions that decide on the two addresses of an endpoint. Nothing where there is nothing
/// to probe: the family is missing, or the endpoint is a cname without an address to probe. A
/// probed cname stands in `v4`.
struct EndpointTargets {
  std::optional<Condition> v4;
  std::optional<Condition> v6;
};

/// Parallel to pool.endpoints; all empty when the pool has no monitor. Endpoints that are forced
/// up, down or to drain are probed like others, so that their status stays true.
[[nodiscard]] std::vector<EndpointTargets> targets_of(const model::Pool& pool);

}  // namespace loadstar::health
