#include "loadstar/app/override_keeper.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "loadstar/app/override_file.hpp"
#include "loadstar/base/log.hpp"
#include "loadstar/health/ruling.hpp"

#include "override_request.hpp"
#include "state_file.hpp"

namespace loadstar::app {
namespace {

using health::Override;
using health::SystemTime;
using Refusal = std::unexpected<std::string>;

SystemTime milliseconds(const base::Now& now) {
  return std::chrono::floor<std::chrono::milliseconds>(now.system);
}

/// For who asked for it.
std::string receipt_of(const Override& override, std::size_t endpoints) {
  const nlohmann::ordered_json receipt{{"target", override.target.text()},
                                       {"state", model::to_string(override.state)},
                                       {"until", health::to_rfc3339(override.until)},
                                       {"endpoints", endpoints}};
  return receipt.dump() + "\n";
}

void log_override(const Override& one, std::size_t endpoints) {
  base::log_warning("override: {} of {}, which is {} endpoints, by {} until {}: {}",
                    model::to_string(one.state), one.target.text(), endpoints, one.author,
                    health::to_rfc3339(one.until), one.why);
}

void log_merged(const Override& one, const base::Now& now) {
  if (one.is_in_force(milliseconds(now)))
    base::log_warning("override: {} of {} by {} on another node until {}: {}",
                      model::to_string(one.state), one.target.text(), one.author,
                      health::to_rfc3339(one.until), one.why);
  if (one.is_removed)
    base::log_warning("override: that of {} is taken away by {} on another node", one.target.text(),
                      one.author);
}

}  // namespace

OverrideKeeper::OverrideKeeper(std::filesystem::path state, std::string node, Changed changed,
                               GuardAgainst guard_against)
    : state_(std::move(state)),
      changed_(std::move(changed)),
      guard_against_(std::move(guard_against)),
      overrides_(std::move(node)) {}

void OverrideKeeper::recall(const base::Now& now) {
  if (state_.empty()) return;
  const auto text = read_state_file(override_file_in(state_));
  if (!text) return;
  const auto overrides = overrides_from_text(*text);
  if (!overrides) {
    return set_state_file_aside(override_file_in(state_), overrides.error(),
                                "nothing is overridden until it is said again");
  }
  static_cast<void>(overrides_.merge(*overrides));
  overrides_.forget(milliseconds(now));
  for (const Override& one : overrides_.all()) {
    if (one.is_in_force(milliseconds(now)))
      base::log_warning("override: {} of {} by {} is in force until {}: {}",
                        model::to_string(one.state), one.target.text(), one.author,
                        health::to_rfc3339(one.until), one.why);
  }
}

std::expected<std::string, std::string> OverrideKeeper::set(const control::OverrideRequest& request,
                                                            const answer::Snapshot& snapshot,
                                                            const base::Now& now) {
  auto override = override_of(request, milliseconds(now));
  if (!override) return Refusal(override.error());
  const auto endpoints = count_meant(override->target, snapshot);
  if (!endpoints) return Refusal(endpoints.error());
  if (auto problem = broken_guard(*override)) {
    if (!request.is_forced) return Refusal(*problem + "; --force does it all the same");
    base::log_warning("override: {} of {} is forced: {}", model::to_string(override->state),
                      override->target.text(), *problem);
  }
  overrides_.forget(milliseconds(now));
  if (!overrides_.has_room_for(override->target.text()))
    return Refusal(fmt::format("there are {} overrides already", health::Overrides::kMost));
  log_override(*override, *endpoints);
  overrides_.set(*override, milliseconds(now));
  change(std::span(&*override, 1), now);
  return receipt_of(*override, *endpoints);
}

std::optional<std::string> OverrideKeeper::broken_guard(const Override& override) const {
  return guard_against_ ? guard_against_(override) : std::nullopt;
}

std::expected<void, std::string> OverrideKeeper::remove(const control::OverrideRequest& request,
                                                        const base::Now& now) {
  const Override* const known = overrides_.find(request.target);
  if (known == nullptr || known->is_removed || known->until <= milliseconds(now))
    return Refusal(
        fmt::format("there is no override of \"{}\"; `loadstar status` lists those that there are",
                    request.target.substr(0, health::OverrideTarget::kMostBytes)));
  Override signed_by = *known;
  signed_by.author = request.author;
  if (auto problem = health::problem_of(signed_by)) return Refusal(*std::move(problem));
  static_cast<void>(overrides_.remove(request.target, request.author, milliseconds(now)));
  const Override removed = *overrides_.find(request.target);
  base::log_warning("override: that of {} is taken away by {}", removed.target.text(),
                    removed.author);
  change(std::span(&removed, 1), now);
  return {};
}

void OverrideKeeper::merge(std::span<const Override> others, const base::Now& now) {
  std::vector<Override> changed;
  for (const Override& one : others) {
    if (!overrides_.has_room_for(one.target.text())) continue;
    for (Override& different : overrides_.merge(std::span(&one, 1)))
      changed.push_back(std::move(different));
  }
  for (const Override& one : changed) log_merged(one, now);
  if (!changed.empty()) change(changed, now);
}

void OverrideKeeper::change(std::span<const Override> changed, const base::Now& now) {
  overrides_.forget(milliseconds(now));
  save();
  changed_(changed);
}

void OverrideKeeper::save() const {
  if (state_.empty()) return;
  const auto file = override_file_in(state_);
  const std::error_code problem = write_state_file(file, overrides_to_text(overrides_.all()));
  if (problem) base::log_warning("{}: cannot be written: {}", file.string(), problem.message());
}

}  // namespace loadstar::app
