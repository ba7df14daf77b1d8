#include "loadstar/health/schedule.hpp"

#include <algorithm>
#include <cassert>
#include <unordered_set>

namespace loadstar::health {
namespace {

// 2^32 divided by the golden ratio: multiples of it, wrapped, fall into the largest gap left each
// time.
constexpr std::uint32_t kGoldenStep = 0x9e37'79b9;

base::Clock::duration share(base::Clock::duration whole, std::uint32_t of_2_32) {
  return base::Clock::duration(
      static_cast<base::Clock::rep>(static_cast<double>(whole.count()) * of_2_32 / 0x1p32));
}

// The last turn that is not after `now`.
base::TimePoint turn_before(base::TimePoint now, base::Clock::duration interval,
                            base::Clock::duration offset) {
  const auto since = now.time_since_epoch() - offset;
  const auto into = (since % interval + interval) % interval;
  return now - into;
}

bool is_stall(base::Clock::duration late, base::Clock::duration interval) {
  return late > interval * kStallPercent / 100;
}

}  // namespace

Schedule::Schedule(ScheduleOptions options)
    : random_(options.seed),
      max_in_flight_(options.max_in_flight),
      phase_(static_cast<std::uint32_t>(random_.next() >> 32)) {}

void Schedule::set_targets(std::span<const Plan> plans, base::TimePoint now) {
  std::unordered_set<TargetId> wanted;
  for (const Plan& plan : plans) {
    wanted.insert(plan.id);
    if (!items_.contains(plan.id)) add(plan, now);
  }
  std::erase_if(items_, [&](const auto& row) {
    if (wanted.contains(row.first)) return false;
    queue_.erase({row.second.due, row.first});
    return true;
  });
}

void Schedule::add(const Plan& plan, base::TimePoint now) {
  assert(plan.interval.count() > 0);
  phase_ += kGoldenStep;
  Item item{.interval = plan.interval};
  item.offset = share(item.interval, phase_);
  item.turn = turn_before(now, item.interval, item.offset);
  enqueue(plan.id, items_.emplace(plan.id, item).first->second, now);
}

void Schedule::enqueue(TargetId id, Item& item, base::TimePoint due) {
  item.due = due;
  queue_.emplace(due, id);
}

std::optional<base::TimePoint> Schedule::next_due() const {
  if (queue_.empty() || in_flight_ >= max_in_flight_) return std::nullopt;
  return queue_.begin()->first;
}

std::optional<TargetId> Schedule::take_due(base::TimePoint now) {
  while (next_due() && *next_due() <= now) {
    const TargetId id = queue_.begin()->second;
    queue_.erase(queue_.begin());
    Item& item = items_.at(id);
    const auto late = now - std::max(item.due, room_since_);
    if (!item.must_run && is_stall(late, item.interval)) {
      put_off(id, item, now);
      continue;
    }
    item.must_run = false;
    item.turn = std::max(item.turn, turn_before(now, item.interval, item.offset));
    ++in_flight_;
    return id;
  }
  return std::nullopt;
}

void Schedule::put_off(TargetId id, Item& item, base::TimePoint now) {
  item.turn = turn_before(now, item.interval, item.offset) + item.interval;
  item.must_run = true;
  enqueue(id, item, std::max(now, moved(item)));
}

void Schedule::finished(TargetId id, base::TimePoint now) {
  if (in_flight_ == max_in_flight_) room_since_ = now;
  --in_flight_;
  const auto found = items_.find(id);
  if (found == items_.end()) return;
  Item& item = found->second;
  item.turn += item.interval;
  if (is_stall(now - item.turn, item.interval)) return put_off(id, item, now);
  enqueue(id, item, std::max(now, moved(item)));
}

base::TimePoint Schedule::moved(const Item& item) {
  const auto most = item.interval * kJitterPercent / 100;
  return item.turn - most + share(2 * most, static_cast<std::uint32_t>(random_.next() >> 32));
}

}  // namespace loadstar::health
