#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "loadstar/base/address.hpp"
#include "loadstar/base/diagnostic.hpp"
#include "loadstar/model/admin_state.hpp"
#include "loadstar/model/guards.hpp"
#include "loadstar/model/maintenance.hpp"
#include "loadstar/model/monitor.hpp"
#include "loadstar/model/region.hpp"
#include "loadstar/model/reported_weight.hpp"
#include "loadstar/select/quorum.hpp"

namespace loadstar::model {

/// How endpoints of a pool share its clients. The words are the same in the DNS server and in the
/// site balancer.
enum class Balance : std::uint8_t { RoundRobin, Weighted, LeastConnection, IpHash, All, First };

struct Endpoint {
  std::string id;  ///< unique in its pool; "" in the file becomes "1", "2", … by position
  std::optional<base::Address> a;
  std::optional<base::Address> aaaa;
  std::string cname;  ///< absolute target in presentation form, instead of addresses; "" = none
  std::uint32_t weight = 1;  ///< 0 to kMaxWeight; 0 = only when no other is up
  AdminState state = AdminState::Auto;
  std::optional<base::Endpoint>
      probe;  ///< probed instead of its own addresses; port 0 = the monitor's
  std::vector<Maintenance> maintenance;
  base::Where where;
};

/// How many endpoints must be up: a number, or a share (0 to 1] of those that have the address
/// family, rounded up.
using MinUp = select::CountOrShare;

/// Endpoints of one service in one region.
struct Pool {
  std::string name;
  std::string
      full_name;  ///< unique in the process: the name in a library, "<zone>/<name>" in a zone
  std::shared_ptr<const Region> region;    ///< null: nowhere in particular
  std::shared_ptr<const Monitor> monitor;  ///< null: always up
  Balance balance = Balance::RoundRobin;
  MinUp min_up = std::uint32_t{1};
  std::uint32_t answers = 0;        ///< most endpoints in one answer; 0 = the default of `balance`
  std::vector<Endpoint> endpoints;  ///< not empty
  std::vector<Maintenance> maintenance;
  PoolGuards guards;
  base::Where where;

  /// The number of endpoints that one answer holds at most: all for round-robin and all, else 1,
  /// unless set.
  [[nodiscard]] std::size_t answer_limit() const noexcept {
    if (answers != 0) return answers;
    const bool whole = balance == Balance::RoundRobin || balance == Balance::All;
    return whole ? endpoints.size() : 1;
  }
};

}  // namespace loadstar::model
