#pragma once
// The partition: every client address belongs to exactly one class, and the block around it in
// which that holds is its ECS scope.
//
//   places of the databases ─┐
//                            ├─ sweep ─► runs of a class ─► CIDR blocks ─► lookup tables
//   cidrs of the policy ─────┘
//
// IPv4 and IPv6 each have a poptrie behind a directly indexed table: a lookup is 1 to 3 cache
// misses. Built at load time; a lookup allocates nothing, locks nothing and cannot fail. It does
// not depend on health.

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "loadstar/base/address.hpp"
#include "loadstar/geo/database.hpp"
#include "loadstar/geo/poptrie.hpp"

namespace loadstar::geo {

class Memberships;

/// What the partition says of an address.
struct Membership {
  std::uint32_t client_class = 0;
  /// Length of the shortest prefix around the address all of which is in the same class; 0 to 32 or
  /// 128.
  std::uint8_t scope_bits = 0;

  friend bool operator==(const Membership&, const Membership&) = default;
};

class Partition {
 public:
  /// Decides the class of a client: its place (an index of the databases) and which of `cidr_sets`
  /// it is in, as a bit set by index. Called once for each distinct combination, not for each
  /// network. At most 2^22 classes.
  using Classify =
      std::function<std::uint32_t(std::uint32_t place, const std::vector<bool>& in_set)>;

  /// `cidr_sets`: lists of prefixes, each list one set; overlap within and between sets is allowed.
  /// A prefix of IPv6 addresses that carry IPv4 (base::kEmbeddings) counts as the IPv4 prefix that
  /// it carries; one that merely covers them, such as ::/0, does not hold for those clients.
  [[nodiscard]] static Partition build(const Databases& databases,
                                       std::span<const std::vector<base::Prefix>> cidr_sets,
                                       const Classify& classify);

  /// The same without cidr sets, by the class of each place. While one is in use, all who ask for
  /// the same get that one.
  [[nodiscard]] static std::shared_ptr<const Partition> by_place(
      const Databases& databases, std::vector<std::uint32_t> class_of);

  /// An IPv6 address that carries an IPv4 address is looked up by that one, and its scope counted
  /// from the IPv6 address's start. No block around another IPv6 address reaches into those, unless
  /// all of IPv4 and that block are of one class.
  [[nodiscard]] Membership look_up(const base::Address& client) const noexcept {
    if (!client.is_v4() && base::may_carry_v4(client)) [[unlikely]]
      return look_up_carrier(client);
    return membership_of(*leaf(entry(client), client));
  }

  // The same in steps, so that the look-ups of several clients wait for memory together. Not for an
  // IPv6 address that may carry an IPv4 address.

  [[nodiscard]] const std::uint32_t* entry(const base::Address& client) const noexcept {
    return client.is_v4() ? v4_.entry(v4_key(client)) : v6_.entry(client.v6_half(0));
  }
  [[nodiscard]] const std::uint32_t* leaf(const std::uint32_t* entry,
                                          const base::Address& client) const noexcept {
    return client.is_v4() ? v4_.leaf(entry, v4_key(client))
                          : v6_.leaf(entry, client.v6_half(0), client.v6_half(1));
  }
  [[nodiscard]] static Membership membership_of(std::uint32_t leaf) noexcept {
    return {leaf >> kScopeBits, static_cast<std::uint8_t>(leaf)};
  }

  /// Bytes of the tables, for metrics and the bench.
  [[nodiscard]] std::size_t memory_bytes() const noexcept;

 private:
  static constexpr unsigned kScopeBits = 8;  // of a leaf, below the class

  Partition() = default;
  template <class ClassOf>
  static Partition make(const Databases& databases, Memberships& memberships, ClassOf class_of);
  [[nodiscard]] static std::uint64_t v4_key(const base::Address& client) noexcept {
    return std::uint64_t{client.v4_number()} << 32;
  }
  /// Of an IPv6 address that may carry an IPv4 address.
  [[nodiscard]] Membership look_up_carrier(const base::Address& client) const noexcept;

  Poptrie v4_;
  Poptrie v6_;
  /// Then the IPv6 table holds the class of addresses that carry IPv4, with their scope.
  bool v4_is_uniform_ = false;
};

}  // namespace loadstar::geo
