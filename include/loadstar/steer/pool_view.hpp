#pragma once
// What health changes: which endpoints of one pool are live, and the tables to pick among them.
// Immutable; a verdict builds a new one for the pools that it touches and nothing else.

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "loadstar/base/address.hpp"
#include "loadstar/model/pool.hpp"
#include "loadstar/steer/client.hpp"
#include "loadstar/steer/endpoint_state.hpp"
#include "loadstar/steer/pick_table.hpp"

namespace loadstar::steer {

/// Which table is picked from. Live = up endpoints only. AsIfUp = `on_all_down: all`: all but the
/// withdrawn ones; all, when nothing else is left. LastGood = those that were live when the pool
/// was usable last; as AsIfUp when it never was. InFull = up ones, those that take a share of their
/// clients for all of them.
enum class PickFrom : std::uint8_t { Live, AsIfUp, LastGood, InFull };

class PoolView {
  static constexpr std::size_t kPickFroms = 4;

 public:
  /// `states` is parallel to pool.endpoints. `previous` (may be null) is the view that this one
  /// replaces: it hands on what was last good, by address when the pool was loaded anew. `sequence`
  /// rises with every view made and dates last_usable(); not 0.
  [[nodiscard]] static std::shared_ptr<const PoolView> make(std::shared_ptr<const model::Pool> pool,
                                                            std::span<const EndpointState> states,
                                                            const PoolView* previous,
                                                            std::uint64_t sequence);

  /// At least min_up endpoints are up in every address family that the pool has, for every client.
  [[nodiscard]] bool usable() const noexcept { return usable_; }
  /// The same for this client: some endpoints may take a share of theirs only.
  [[nodiscard]] bool usable_for(const Client& client) const noexcept {
    return usable_ || (!slices_.empty() && for_client(client).usable_);
  }
  /// The same if such endpoints took all of their clients.
  [[nodiscard]] bool usable_in_full() const noexcept { return usable_in_full_; }
  /// What this client sees, in which no endpoint takes a share only; valid as long as this view.
  [[nodiscard]] const PoolView& for_client(const Client& client) const noexcept;

  /// The sequence at which it was usable last; 0 = never.
  [[nodiscard]] std::uint64_t last_usable() const noexcept { return last_usable_; }
  /// Operators or the file took every endpoint of one of its families away: not worth a try even as
  /// if all were up.
  [[nodiscard]] bool withdrawn() const noexcept { return withdrawn_; }

  /// Chooses endpoints of the family for a client, first the most preferred, at most
  /// pool.answer_limit() and out.size() of them, as indices of pool().endpoints. Returns how many;
  /// 0 when the pool has none of the family. `hash_bits` counts in the IPv4 address of clients that
  /// carry one. Allocates nothing. At most select::kMaxPicked for weighted and ip-hash.
  [[nodiscard]] std::size_t pick(base::Family family, PickFrom from, const Client& client,
                                 std::uint8_t hash_bits, std::uint32_t pool_index, Dice& dice,
                                 std::span<std::uint16_t> out) const noexcept {
    if (from == PickFrom::Live && !slices_.empty()) [[unlikely]]
      return for_client(client).pick(family, from, client, hash_bits, pool_index, dice, out);
    const std::size_t room = std::min<std::size_t>(out.size(), answer_limit_);
    return table(family, from)
        .pick(client, hash_bits, dice.pool_turn(pool_index, family), dice.random, out.first(room));
  }

  /// The same as pick() where one endpoint is picked of which nothing has to be known but chance:
  /// it is the only one, or drawn by weight. Else kAskMore, also for cname targets.
  [[nodiscard]] std::uint16_t pick_one(base::Family family, PickFrom from,
                                       base::Random& random) const noexcept {
    const auto row = static_cast<std::size_t>(family);
    const auto column = static_cast<std::size_t>(from);
    const std::uint16_t sole = sole_[row][column];
    return sole == kDrawn ? tables_[row][column].draw(random) : sole;
  }
  static constexpr std::uint16_t kAskMore = 0xffff;

  /// Addresses in network order, parallel to pool().endpoints; zero where the endpoint has none.
  /// For the answer's bytes.
  [[nodiscard]] std::span<const std::array<std::uint8_t, 4>> v4() const noexcept { return v4_; }
  [[nodiscard]] std::span<const std::array<std::uint8_t, 16>> v6() const noexcept { return v6_; }

  [[nodiscard]] const model::Pool& pool() const noexcept { return *pool_; }
  [[nodiscard]] std::span<const EndpointState> states() const noexcept { return states_; }
  /// Whether any endpoint has the family; a type that the pool lacks is NODATA. Cname targets count
  /// for both.
  [[nodiscard]] bool has(base::Family family) const noexcept {
    return !table(family, PickFrom::AsIfUp).members().empty();
  }
  /// Endpoints are cname targets instead of addresses.
  [[nodiscard]] bool is_cname() const noexcept { return is_cname_; }
  /// Upper bound for a TTL that follows health: settled_seconds of the least settled endpoint; 0
  /// while degraded or draining. Degraded: not usable, or an endpoint is down that nobody has
  /// withdrawn, or takes a share of its clients only.
  [[nodiscard]] std::uint32_t settled_seconds() const noexcept { return settled_seconds_; }

  /// What pick() picks from, for explain; Live is that of for_client(). Cname endpoints are in the
  /// tables of both families.
  [[nodiscard]] const PickTable& table(base::Family family, PickFrom from) const noexcept {
    const auto row = is_cname_ ? base::Family::V4 : family;
    return tables_[static_cast<std::size_t>(row)][static_cast<std::size_t>(from)];
  }

 private:
  PoolView(std::shared_ptr<const model::Pool> pool, std::span<const EndpointState> given,
           const PoolView* previous, std::uint64_t sequence);
  void slice(std::span<const EndpointState> states, std::uint64_t sequence);
  void render_addresses();
  void build_tables(base::Family family, const PoolView* previous);
  static constexpr std::uint16_t kDrawn = 0xfffe;
  void set_table(base::Family family, PickFrom from, std::vector<std::uint16_t> members);

  bool withdrawn_ = false;
  bool usable_ = false;
  bool usable_in_full_ = false;
  bool is_cname_ = false;
  std::array<std::array<std::uint16_t, kPickFroms>, 2> sole_{};
  std::uint32_t settled_seconds_ = 0;
  std::uint32_t answer_limit_ = 1;
  std::uint64_t last_usable_ = 0;
  std::array<std::array<PickTable, kPickFroms>, 2> tables_;
  std::vector<std::array<std::uint8_t, 4>> v4_;
  std::vector<std::array<std::uint8_t, 16>> v6_;
  std::vector<EndpointState> states_;
  std::array<std::vector<std::uint16_t>, 2>
      last_good_;  // by family; withdrawn ones still among them
  /// The view of the clients from one percent on to that of the next slice.
  struct Slice {
    std::uint8_t from_percent = 0;
    std::shared_ptr<const PoolView> view;
  };
  std::vector<Slice> slices_;  // empty: all clients see the same
  std::shared_ptr<const model::Pool> pool_;
};

}  // namespace loadstar::steer
