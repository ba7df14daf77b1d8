#include "loadstar/health/ruling.hpp"

#include <algorithm>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include "loadstar/health/ramp.hpp"

namespace loadstar::health {
namespace {

using model::AdminState;

/// After the first percent of its clients, which a drain takes away at once.
constexpr int kSteps = 99;

std::string_view verb(AdminState state) {
  switch (state) {
    case AdminState::Auto: return "left to its monitor";
    case AdminState::Up: return "held up";
    case AdminState::Down: return "taken down";
    case AdminState::Drain: return "drained";
  }
  return "";
}

std::uint8_t kept_percent(const Override& override, SystemTime now) {
  if (override.over == base::Duration(0)) return 0;
  const auto gone = std::min(now - override.from, override.over) * kSteps / override.over;
  return static_cast<std::uint8_t>(kSteps - gone);
}

/// When an override that is in force rules something else.
SystemTime end_of(const Override& one, SystemTime now) {
  if (one.over == base::Duration(0) || now >= one.from + one.over) return one.until;
  const auto step = (now - one.from) * kSteps / one.over + 1;
  const auto next = one.from + std::chrono::ceil<base::Duration>(one.over * step / double{kSteps});
  return std::min(one.until, std::max<SystemTime>(next, now + kLeastStep));
}

Ruling ruling_of(const Override& override, SystemTime now) {
  return {.source = Ruling::Source::Override,
          .state = override.state,
          .kept_percent = kept_percent(override, now),
          .target = override.target.text(),
          .author = override.author,
          .why = override.why,
          .since = override.from,
          .until = override.until,
          .least_ttl_since = override.from,
          .gone_at = override.from + override.over};
}

/// What is held up may be down when it is let go: clients learn of it in time.
bool has_lead(const Override& override) {
  return override.state == AdminState::Up || override.state == AdminState::Auto;
}

void add_override(const Override& override, SystemTime now, Outlook& outlook) {
  outlook.ruling = ruling_of(override, now);
  outlook.changes_at = std::min(outlook.changes_at, end_of(override, now));
  if (!has_lead(override)) return;
  if (now >= override.until - kOverrideLead)
    outlook.is_about_to_change = true;
  else
    outlook.changes_at = std::min<SystemTime>(outlook.changes_at, override.until - kOverrideLead);
}

Ruling ruling_of(const model::Maintenance& window, std::string place) {
  return {.source = Ruling::Source::Maintenance,
          .state = window.state,
          .kept_percent = 0,
          .target = std::move(place),
          .author = "",
          .why = window.why,
          .since = window.from,
          .until = window.until,
          .least_ttl_since = window.from - window.lead,
          .gone_at = window.from};
}

/// The windows of one place. Of several that are open the one that ends last rules.
void add_windows(const std::vector<model::Maintenance>& windows, const std::string& place,
                 SystemTime now, Outlook& outlook) {
  const model::Maintenance* open = nullptr;
  for (const model::Maintenance& window : windows) {
    if (window.until <= now) continue;
    const SystemTime lead = window.from - window.lead;
    if (now < lead) {
      outlook.changes_at = std::min(outlook.changes_at, lead);
    } else if (now < window.from) {
      outlook.is_about_to_change = true;
      outlook.changes_at = std::min(outlook.changes_at, window.from);
    } else {
      outlook.changes_at = std::min(outlook.changes_at, window.until);
      if (open == nullptr || open->until < window.until) open = &window;
    }
  }
  if (open != nullptr && !outlook.ruling) outlook.ruling = ruling_of(*open, place);
}

}  // namespace

std::string to_rfc3339(SystemTime time) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}",
                     fmt::gmtime(std::chrono::floor<std::chrono::seconds>(time)));
}

std::string Ruling::to_string() const {
  std::string text(verb(state));
  if (!author.empty()) text += fmt::format(" by {}", author);
  const std::string_view kind = source == Source::Override ? "override" : "maintenance";
  return text + fmt::format(" until {} ({} of {}): {}", to_rfc3339(until), kind, target, why);
}

Outlook outlook(const Overrides& overrides, const model::Pool& pool,
                const model::Endpoint& endpoint, SystemTime now) {
  Outlook result;
  const auto found = overrides.look_up(pool, endpoint, now);
  result.changes_at = found.next_begins;
  if (found.deciding != nullptr) {
    add_override(*found.deciding, now, result);
    return result;
  }
  if (!endpoint.maintenance.empty())
    add_windows(endpoint.maintenance, fmt::format("endpoint:{}/{}", pool.full_name, endpoint.id),
                now, result);
  if (!pool.maintenance.empty())
    add_windows(pool.maintenance, fmt::format("pool:{}", pool.full_name), now, result);
  if (pool.region != nullptr && !pool.region->maintenance.empty())
    add_windows(pool.region->maintenance, fmt::format("region:{}", pool.region->name), now, result);
  return result;
}

}  // namespace loadstar::health
