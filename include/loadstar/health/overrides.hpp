#pragma once
// All overrides that a node knows of, its own and those of others.
//
//   control API ─ set, remove ─► Overrides ─ Listener ─► others (each change made here)
//   others, state file ─ merge ──► │
//                                  └─► outlook(): what is forced on an endpoint now
//
// For each target the newest counts, wherever it was said: nodes that have heard the same have the
// same, in whatever order and however often they heard it. What is removed leaves a tombstone.
// Control thread only.

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "loadstar/health/override.hpp"

namespace loadstar::health {

class Overrides {
 public:
  static constexpr std::size_t kMost = 1000;  ///< tombstones count

  using Listener = std::function<void(const Override&)>;

  /// `node` tells versions of one millisecond apart, so each node must have its own.
  explicit Overrides(std::string node) : node_(std::move(node)) {}

  /// Called after each change made here, not for what merge() brings.
  void listen(Listener listener) { listener_ = std::move(listener); }

  /// Puts an override in the place of what there was for its target, and gives it a version.
  void set(Override override, SystemTime now);
  /// Leaves a tombstone; false when there is nothing in force or to come for the target.
  bool remove(std::string_view target, std::string_view author, SystemTime now);
  /// Takes up what is newer than what is here. Returns the overrides that are different now.
  /// Commutative, associative and idempotent.
  std::vector<Override> merge(std::span<const Override> others);
  /// Drops what nobody needs to remember; returns whether there was any.
  bool forget(SystemTime now);

  /// By target, tombstones and what is over among them.
  [[nodiscard]] std::vector<Override> all() const;
  [[nodiscard]] const Override* find(std::string_view target) const;
  [[nodiscard]] bool has_room_for(std::string_view target) const;

  struct Found {
    /// The one that decides on an endpoint: of those in force the most particular, and of several
    /// the newest. Null when there is none.
    const Override* deciding = nullptr;
    SystemTime next_begins = SystemTime::max();  ///< of those that are not in force yet
  };
  [[nodiscard]] Found look_up(const model::Pool& pool, const model::Endpoint& endpoint,
                              SystemTime now) const;

 private:
  using ById = std::map<std::string, Override, std::less<>>;

  void put(Override override);

  std::string node_;
  Listener listener_;
  ById overrides_;  // by the target's text
};

}  // namespace loadstar::health
