#include "loadstar/app/zone_notifier.hpp"

#include <algorithm>

#include "loadstar/base/log.hpp"

#include "zone_notice.hpp"

namespace loadstar::app {
namespace {

constexpr std::uint16_t kDnsPort = 53;

bool is_for(const model::TransferRule& rule, const std::string& origin) {
  return rule.zones.empty() || std::ranges::find(rule.zones, origin) != rule.zones.end();
}

}  // namespace

void ZoneNotifier::tell(const answer::Snapshot& snapshot) {
  for (const answer::ZoneSummary& zone : answer::summarize(snapshot)) {
    const auto [told, is_new] = told_.try_emplace(zone.origin.to_string(), zone.serial);
    if (!is_new && told->second == zone.serial) continue;
    told->second = zone.serial;
    tell(zone);
  }
}

void ZoneNotifier::tell(const answer::ZoneSummary& zone) {
  for (const model::TransferRule& rule : options_.rules) {
    if (!is_for(rule, zone.origin.to_string())) continue;
    const auto key_name = wire::Name::parse(rule.key, {});
    const wire::TsigKey* const key =
        rule.key.empty() || !key_name ? nullptr : options_.keys->key(*key_name);
    for (const base::Endpoint& endpoint : rule.notify) enqueue({zone.origin, endpoint, key});
    if (!rule.notify_name_servers) continue;
    for (const base::Address& address : zone.secondaries) {
      const base::Endpoint endpoint{address, kDnsPort};
      if (!is_ourselves(endpoint)) enqueue({zone.origin, endpoint, key});
    }
  }
}

bool ZoneNotifier::is_ourselves(const base::Endpoint& endpoint) const {
  return std::ranges::any_of(options_.ourselves, [&](const base::Endpoint& ours) {
    return ours.address == endpoint.address;
  });
}

/// One that is told twice by two rules is told once; one that is under way again, as it may have
/// asked too early.
void ZoneNotifier::enqueue(Notice notice) {
  if (std::ranges::find(waiting_, notice) != waiting_.end()) return;
  waiting_.push_back(std::move(notice));
  start_waiting();
}

void ZoneNotifier::start_waiting() {
  while (under_way_ < kMostAtOnce && !waiting_.empty()) {
    ++under_way_;
    ++status_.sent;
    const auto notice = std::make_shared<ZoneNotice>(
        io_, std::move(waiting_.front()), options_.first_wait,
        [this](const Notice& one, NoticeOutcome outcome) { on_done(one, outcome); });
    waiting_.pop_front();
    notice->start();
  }
}

void ZoneNotifier::on_done(const Notice& notice, NoticeOutcome outcome) {
  --under_way_;
  if (outcome == NoticeOutcome::Answered) {
    ++status_.answered;
  } else {
    ++status_.failed;
    base::log_warning("{} {} the notification that {} has changed", notice.to.to_string(),
                      outcome == NoticeOutcome::Silent ? "does not answer"
                                                       : "answers without the right signature",
                      notice.zone.to_string());
  }
  start_waiting();
}

}  // namespace loadstar::app
