#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "loadstar/base/diagnostic.hpp"
#include "loadstar/model/guards.hpp"
#include "loadstar/model/match.hpp"
#include "loadstar/model/pool.hpp"

namespace loadstar::model {

/// The order in which a rule's pools are tried.
enum class Method : std::uint8_t { Failover, Nearest, Weighted, RoundRobin, Sticky };

/// What is answered when none of a rule's pools is usable.
struct OnAllDown {
  enum class Kind : std::uint8_t { All, LastGood, Pool, NoData, ServFail };
  Kind kind = Kind::All;
  std::shared_ptr<const model::Pool> pool;  ///< for Kind::Pool
};

enum class NoMatch : std::uint8_t { NoData, Refused };

/// A pool as a rule lists it.
struct RulePool {
  std::shared_ptr<const Pool> pool;
  std::uint32_t weight =
      1;               ///< for Method::Weighted, Method::Sticky and pools made equal by `within`
  double bias_km = 0;  ///< for Method::Nearest: the pool counts as this much nearer
};

struct Rule {
  std::string name;  ///< "" in the file becomes "rule 1", "rule 2", … by position
  Match match;
  Method method = Method::Failover;
  std::vector<RulePool> pools;  ///< not empty
  double within_km =
      0;  ///< for Method::Nearest: pools this much farther than the nearest share by weight
  /// For Method::Sticky and Balance::IpHash: the client's subnet that is hashed.
  std::uint8_t sticky_bits_v4 = 24;
  std::uint8_t sticky_bits_v6 = 48;
  bool fence = false;                    ///< no pool that the rule does not list is ever answered
  std::optional<OnAllDown> on_all_down;  ///< the policy's, else the server's, when not given
  base::Where where;
};

/// Record types of a steered name besides A and AAAA.
struct HttpsAnswer {
  std::uint16_t priority = 1;
  std::vector<std::string> alpn{"h2", "http/1.1"};
  std::uint16_t port = 0;  ///< 0 = not given
};

/// Rules that choose pools for a client. The first rule whose match holds decides.
struct Policy {
  std::string name;
  std::vector<Rule> rules;  ///< not empty
  std::optional<OnAllDown> on_all_down;
  std::optional<NoMatch> no_match;   ///< given when the last rule does not match everyone
  std::optional<HttpsAnswer> https;  ///< given when "types" asks for HTTPS
  PolicyGuards guards;
  base::Where where;
};

}  // namespace loadstar::model
