#pragma once
// Why a name answers what it answers: the look-up of the name, then, where a policy decides, the
// choice step by step. Uses the catalog's own find() and the policy's own choose().

#include <cstdint>
#include <string>
#include <vector>

#include "loadstar/answer/state.hpp"
#include "loadstar/steer/client.hpp"
#include "loadstar/steer/explain.hpp"
#include "loadstar/wire/name.hpp"

namespace loadstar::answer {

/// `steps` numbered 0 tell how the name was found; 1 to 9 are the steps of the zone format's
/// section 4.
struct Explanation {
  std::string outcome;  ///< "answer", "no data", "no such name", "referral", "refused", "servfail"
  std::vector<std::string>
      answer;                   ///< what is answered, as in "192.0.2.1" or "CNAME www.example.com."
  std::uint32_t ttl = 0;        ///< of a steered answer; 0 otherwise
  std::uint8_t scope_bits = 0;  ///< ECS scope
  std::vector<steer::ExplainStep> steps;
};

/// `type` is a type of records. Random methods fall by `seed`.
[[nodiscard]] Explanation explain(const State& state, const wire::Name& name, std::uint16_t type,
                                  const steer::Client& client, std::uint64_t seed);

}  // namespace loadstar::answer
