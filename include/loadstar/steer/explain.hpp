#pragma once
// Why a client gets what it gets, step by step in the numbering of the zone format's section 4. The
// steps are what a trace heard while the query path's own code chose; nothing is worked out a
// second time.

#include <cstdint>
#include <string>
#include <vector>

#include "loadstar/geo/database.hpp"
#include "loadstar/steer/policy.hpp"

namespace loadstar::steer {

enum class Mark : std::uint8_t { Note, Accepted, Rejected };

/// One line of an explanation.
struct ExplainStep {
  std::uint8_t number =
      0;  ///< 1 to 9; not always rising: states (4) are told of the pools that are tried (6)
  std::string name;  ///< "client", "place", "rule", "order", "pool", "state", "on_all_down",
                     ///< "endpoint", "scope"
  std::string text;  ///< what it is about: `rule "office"`
  Mark mark = Mark::Note;
  std::string detail;  ///< why; may be ""
};

struct PickedEndpoint {
  base::Family family = base::Family::V4;  ///< V4 for cname endpoints
  std::uint16_t endpoint = 0;              ///< index of the pool's endpoints

  friend bool operator==(const PickedEndpoint&, const PickedEndpoint&) = default;
};

struct Explanation {
  std::vector<ExplainStep> steps;
  Selection selection;
  std::vector<PickedEndpoint> endpoints;  ///< by family, in the order of the answer
};

/// Chooses for the client as choose() and pick() do, and tells how. The dice fall as in one query
/// of each family.
[[nodiscard]] Explanation explain(const Policy& policy, const geo::Databases& databases,
                                  const Client& client, LivePools pools, Dice& dice);

}  // namespace loadstar::steer
