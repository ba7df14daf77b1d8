#pragma once
// What is decided on an endpoint over its monitor's head, at one moment: pure, of overrides and of
// the maintenance windows of the zone files. An override goes before a window.

#include <optional>
#include <string>

#include "loadstar/health/overrides.hpp"

namespace loadstar::health {

/// What one override or window comes to for an endpoint, now.
struct Ruling {
  enum class Source : std::uint8_t { Override, Maintenance };

  Source source = Source::Override;
  model::AdminState state = model::AdminState::Auto;
  /// Of its clients, how many a drain has left it so far; 0 for all that is no drain over a time.
  std::uint8_t kept_percent = 0;
  std::string target;  ///< "pool:web-*"; of a window the object that it stands at
  std::string author;  ///< "" for windows
  std::string why;
  SystemTime since;
  SystemTime until;
  SystemTime least_ttl_since;  ///< a TTL that follows health is at its least from then on
  SystemTime gone_at;          ///< no client is given what is drained or down from then on

  /// "drained by alice until 2026-11-29T12:30:00Z (override of pool:web-*): kernel"
  [[nodiscard]] std::string to_string() const;
};

/// What holds of an endpoint now, and for how long.
struct Outlook {
  std::optional<Ruling> ruling;  ///< nothing: the file and the monitor decide
  /// When that changes by itself: a ruling begins or ends, or a drain takes the next percent of its
  /// clients.
  SystemTime changes_at = SystemTime::max();
  /// It will be so soon that a TTL that follows health is at its least already: a window begins, or
  /// what is held up may turn out to be down.
  bool is_about_to_change = false;
};

/// So long before the end of an `up` or `auto`.
inline constexpr base::Duration kOverrideLead = std::chrono::minutes(5);

[[nodiscard]] Outlook outlook(const Overrides& overrides, const model::Pool& pool,
                              const model::Endpoint& endpoint, SystemTime now);

/// "2026-11-29T12:30:00Z" (RFC 3339), whole seconds, in UTC.
[[nodiscard]] std::string to_rfc3339(SystemTime time);

}  // namespace loadstar::health
