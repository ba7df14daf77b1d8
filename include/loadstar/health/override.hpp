#pragma once
// What an operator forces on endpoints, for a time and for a reason.
//
//   loadstar drain pool:web-* --for 30m --why "kernel"
//
//   target pool:web-*  state drain  from 12:00 until 12:30  author alice  why kernel

#include <chrono>
#include <compare>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "loadstar/base/duration.hpp"
#include "loadstar/model/pool.hpp"

namespace loadstar::health {

using base::SystemTime;

/// What a target names, the more particular the greater: that decides between two overrides.
enum class TargetLevel : std::uint8_t { Region, Pool, Endpoint };

/// `region:NAME`, `pool:NAME` or `endpoint:POOL/ID`. Names may hold `*` (any characters) and `?`
/// (one). A pool's name with a slash is its full name, `ZONE/POOL`.
class OverrideTarget {
 public:
  static constexpr std::size_t kMostBytes = 400;

  /// The error says what is wrong.
  [[nodiscard]] static std::expected<OverrideTarget, std::string> parse(std::string_view text);

  [[nodiscard]] TargetLevel level() const noexcept { return level_; }
  /// As it was written. Two targets are the same when their texts are.
  [[nodiscard]] const std::string& text() const noexcept { return text_; }

  [[nodiscard]] bool matches(const model::Pool& pool, const model::Endpoint& endpoint) const;
  /// Some endpoint of the pool.
  [[nodiscard]] bool matches(const model::Pool& pool) const;

  friend bool operator==(const OverrideTarget&, const OverrideTarget&) = default;
  friend auto operator<=>(const OverrideTarget&, const OverrideTarget&) = default;

 private:
  OverrideTarget(std::string_view text, TargetLevel level, std::string_view name,
                 std::string_view id)
      : text_(text), level_(level), name_(name), id_(id) {}
  [[nodiscard]] bool names(const model::Pool& pool) const;

  std::string text_;
  TargetLevel level_;
  std::string name_;  ///< of the region or the pool
  std::string id_;    ///< of the endpoint; "" for the other levels
};

/// Orders all that was ever said of one target, on whatever node: the greater is the newer.
struct OverrideVersion {
  std::int64_t ms = 0;  ///< since 1970, by the clock of its node; never less than what it replaces
  std::string node;

  friend bool operator==(const OverrideVersion&, const OverrideVersion&) = default;
  friend auto operator<=>(const OverrideVersion&, const OverrideVersion&) = default;
};

/// A value. There is one for each target: its text is the override's id.
struct Override {
  OverrideTarget target;
  OverrideVersion version;
  bool is_removed = false;  ///< a tombstone: it says that there is none any more
  /// Auto: the monitor decides, whatever maintenance windows and the file say.
  model::AdminState state = model::AdminState::Drain;
  base::Duration over{};  ///< a drain takes its clients away within this time; 0: at once
  std::string author;
  std::string why;
  SystemTime from;
  SystemTime until;
  /// Kept so long, that nothing older of this target comes back from a node that has not heard of
  /// it. Never before `until`.
  SystemTime keep_until;

  [[nodiscard]] bool is_in_force(SystemTime now) const noexcept {
    return !is_removed && from <= now && now < until;
  }

  friend bool operator==(const Override&, const Override&) = default;
};

inline constexpr base::Duration kDefaultOverrideLife = std::chrono::hours(1);
inline constexpr base::Duration kLongestOverrideLife = std::chrono::hours(7 * 24);
inline constexpr std::size_t kMostOverrideWhyBytes = 200;
inline constexpr std::size_t kMostOverrideAuthorBytes = 64;

/// What is wrong with an override that came from outside; nothing when it is right.
[[nodiscard]] std::optional<std::string> problem_of(const Override& override);

/// `*` stands for any characters, `?` for one. At most pattern x text steps.
[[nodiscard]] bool glob_matches(std::string_view pattern, std::string_view text) noexcept;

}  // namespace loadstar::health
