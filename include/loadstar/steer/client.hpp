#pragma once

#include <cstdint>
#include <span>

#include "loadstar/base/address.hpp"
#include "loadstar/base/random.hpp"
#include "loadstar/steer/draws.hpp"

namespace loadstar::steer {

/// The client that a query is answered for: the EDNS client subnet if there is a usable one, else
/// the resolver.
struct Client {
  base::Address address;
  std::uint8_t source_bits =
      32;  ///< how much of it is known: the ECS source prefix, else 32 or 128
};

/// What a choice may draw on besides its inputs: one per worker, so that everything can be
/// replayed; only the draws are shared. Keep pool turns of their own for each query type: clients
/// that ask A, AAAA and HTTPS in a row would otherwise always meet the same turn with the same
/// type.
struct Dice {
  base::Random random;
  Draws* draws = nullptr;
  unsigned kind = 0;                      ///< of the question, below Draws::kKinds
  std::span<std::uint32_t> pool_turns;    ///< round robin within a pool, by pool index
  std::span<std::uint32_t> policy_turns;  ///< round robin between pools, by policy index
};

}  // namespace loadstar::steer
