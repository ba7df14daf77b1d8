#include "loadstar/health/overrides.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace loadstar::health {
namespace {

/// The version decides. The rest only makes every pair of nodes choose alike should two overrides
/// ever have the same one.
auto order_of(const Override& one) {
  return std::tie(one.version, one.is_removed, one.state, one.over, one.author, one.why, one.from,
                  one.until);
}

/// The same on every node: the newer of the two, kept as long as either has to be.
Override newer_of(const Override& one, const Override& other) {
  Override newer = order_of(one) < order_of(other) ? other : one;
  newer.keep_until = std::max(one.keep_until, other.keep_until);
  return newer;
}

bool precedes(const Override& one, const Override& other) {
  if (one.target.level() != other.target.level()) return one.target.level() > other.target.level();
  return one.version > other.version;
}

}  // namespace

void Overrides::set(Override override, SystemTime now) {
  override.version = {now.time_since_epoch().count(), node_};
  override.is_removed = false;
  override.keep_until = override.until;
  put(std::move(override));
}

bool Overrides::remove(std::string_view target, std::string_view author, SystemTime now) {
  const Override* const known = find(target);
  if (known == nullptr || known->is_removed || known->until <= now) return false;
  Override tombstone = *known;
  tombstone.version = {now.time_since_epoch().count(), node_};
  tombstone.is_removed = true;
  tombstone.author = author;
  put(std::move(tombstone));
  return true;
}

/// Newer than what was said before, also when clocks differ.
void Overrides::put(Override override) {
  if (const Override* const known = find(override.target.text())) {
    override.version.ms = std::max(override.version.ms, known->version.ms + 1);
    override.keep_until = std::max(override.keep_until, known->keep_until);
  }
  overrides_.insert_or_assign(override.target.text(), override);
  if (listener_) listener_(override);
}

std::vector<Override> Overrides::merge(std::span<const Override> others) {
  std::vector<Override> changed;
  for (const Override& other : others) {
    const auto [place, is_new] = overrides_.try_emplace(other.target.text(), other);
    Override merged = newer_of(place->second, other);
    if (!is_new && merged == place->second) continue;
    place->second = std::move(merged);
    changed.push_back(place->second);
  }
  return changed;
}

bool Overrides::forget(SystemTime now) {
  return std::erase_if(overrides_,
                       [&](const auto& entry) { return entry.second.keep_until <= now; }) != 0;
}

std::vector<Override> Overrides::all() const {
  std::vector<Override> list;
  for (const auto& [id, override] : overrides_) list.push_back(override);
  return list;
}

const Override* Overrides::find(std::string_view target) const {
  const auto found = overrides_.find(target);
  return found == overrides_.end() ? nullptr : &found->second;
}

bool Overrides::has_room_for(std::string_view target) const {
  return overrides_.size() < kMost || find(target) != nullptr;
}

Overrides::Found Overrides::look_up(const model::Pool& pool, const model::Endpoint& endpoint,
                                    SystemTime now) const {
  Found found;
  for (const auto& [id, override] : overrides_) {
    if (override.is_removed || override.until <= now) continue;
    if (!override.target.matches(pool, endpoint)) continue;
    if (override.from > now)
      found.next_begins = std::min(found.next_begins, override.from);
    else if (found.deciding == nullptr || precedes(override, *found.deciding))
      found.deciding = &override;
  }
  return found;
}

}  // namespace loadstar::health
