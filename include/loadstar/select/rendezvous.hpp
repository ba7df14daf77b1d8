#pragma once
// Weighted rendezvous hash (highest random weight; Thaler, Ravishankar 1998; weights by
// Schindelhauer, Schomaker 2005): each key draws a number for every member, and the member with the
// best number has it. Taking 1 of n members away moves only its own keys; adding one takes about
// 1/(n+1) of each other's.
//
// The number is -ln(u) / weight with u in (0, 1) from the hash: exponentially distributed with rate
// `weight`, and the smallest of such numbers is member i's with probability weight[i] / total
// exactly. (The usual -weight / ln(u) is its negative inverse: the same order.) u has 52 bits and
// is the middle of its interval, never 0 or 1. What remains of error is the hash's own: measured
// over 2^20 keys, no share is farther from its weight than chance allows.

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "loadstar/base/random.hpp"
#include "loadstar/select/hash.hpp"

namespace loadstar::select {

/// One who may be chosen. `identity` is a hash() of a lasting name, never of a position in a list.
struct RendezvousMember {
  RendezvousMember(std::uint64_t name_hash, std::uint32_t weight) noexcept
      : identity(name_hash), inverse_weight(1.0 / weight) {}

  std::uint64_t identity;
  double inverse_weight;  ///< infinite for weight 0: chosen only when all others are gone
};

/// What `key` (a hash() too) draws for the member: uniform in (0, 1).
[[nodiscard]] inline double rendezvous_draw(std::uint64_t key,
                                            const RendezvousMember& member) noexcept {
  return (static_cast<double>(base::mix(key ^ member.identity) >> 12) + 0.5) * 0x1p-52;
}

/// The number by which members compete for `key`; the smallest wins.
[[nodiscard]] inline double rendezvous_cost(std::uint64_t key,
                                            const RendezvousMember& member) noexcept {
  return -std::log(rendezvous_draw(key, member)) * member.inverse_weight;
}

/// A fixed set of members. Immutable; O(members) a pick.
class Rendezvous {
 public:
  Rendezvous() = default;
  explicit Rendezvous(std::vector<RendezvousMember> members);

  [[nodiscard]] std::size_t size() const noexcept { return members_.size(); }

  /// The best members of the key, the best first; as many as `out` holds, there are, and kMaxPicked
  /// allows. Returns how many.
  [[nodiscard]] std::size_t rank(std::uint64_t key, std::span<std::uint16_t> out) const noexcept;

 private:
  [[nodiscard]] double cost(std::uint64_t key, const RendezvousMember& member) const noexcept {
    return alike_ ? -rendezvous_draw(key, member) : rendezvous_cost(key, member);
  }

  std::vector<RendezvousMember> members_;
  bool alike_ = true;  // of one weight: the largest draw wins, and the logarithm can be spared
};

}  // namespace loadstar::select
