// health_day HOURS TARGETS [SECONDS]: simulated hours of health under a clock of its own, with as
// many targets probed every SECONDS (5), of which 1% of the probes fail at random. Ends with 1 when
// a target is left unprobed for too long, when probes drift from their interval, when memory grows,
// or when the counts of transitions do not add up.
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <fmt/format.h>
#include <malloc.h>
#include <memory>
#include <queue>
#include <unordered_map>
#include <vector>

#include "loadstar/base/random.hpp"
#include "loadstar/health/consensus.hpp"
#include "loadstar/health/schedule.hpp"

namespace {

using namespace loadstar;
using base::TimePoint;
using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

/// What a target needs to remember the times of its changes; a probe leaves nothing behind.
constexpr std::size_t kBytesOfChanges = 64;

/// Without a sanitizer's own allocator only.
std::size_t bytes_in_use() { return ::mallinfo2().uordblks; }

class Day {
 public:
  Day(std::size_t targets, seconds interval) : interval_(interval) {
    auto monitor = std::make_shared<model::Monitor>();
    monitor->name = "web";
    monitor->port = 80;
    monitor->interval = interval;
    monitor->fall = 3;
    monitor->rise = 2;
    std::vector<health::Target> all;
    for (std::size_t i = 0; i < targets; ++i) {
      const auto text = fmt::format("10.{}.{}.{}", i >> 16 & 255, i >> 8 & 255, i & 255);
      all.push_back({monitor, *base::Endpoint::parse(text, 80)});
    }
    std::vector<health::Schedule::Plan> plans;
    for (const health::TargetId id : health_.own().set_targets(all)) {
      plans.push_back({id, monitor->interval});
      probes_[id];
    }
    schedule_.set_targets(plans, now_);
  }

  void run(hours duration) {
    const TimePoint end = now_ + duration;
    const TimePoint settled = now_ + hours(1);
    while (now_ < end) {
      if (now_ >= settled && memory_after_an_hour_ == 0) memory_after_an_hour_ = bytes_in_use();
      step();
    }
    ran_ = duration;
  }

  /// Prints what was seen, and returns whether it is as it should be.
  [[nodiscard]] bool judge() const {
    std::uint64_t probes = 0, transitions = 0, agreed = 0;
    double worst_drift = 0;
    const double expected = static_cast<double>(ran_ / interval_);
    for (const health::BoardEntry& entry : health_.own().snapshot()) {
      probes += entry.status.probes;
      transitions += entry.status.transitions;
      agreed += health_.of(entry.id).transitions;
      const auto count = static_cast<double>(entry.status.probes);
      worst_drift = std::max(worst_drift, std::abs(count - expected));
    }
    const auto memory = bytes_in_use();
    fmt::print("{} targets, {} h: {} probes, {} transitions, {} holds\n", probes_.size(),
               ran_.count(), probes, transitions, holds_);
    fmt::print("longest time without a probe {} ms, most off the number of probes {:.0f}\n",
               std::chrono::duration_cast<milliseconds>(longest_gap_).count(), worst_drift);
    fmt::print("bytes in use {} after an hour, {} at the end\n", memory_after_an_hour_, memory);
    // A turn moves by 5 % at most, and the first is now.
    const bool all_probed = longest_gap_ <= milliseconds(interval_) * 115 / 100;
    const bool no_drift = worst_drift <= 2;
    const bool adds_up = transitions == transitions_heard_ && agreed == transitions_agreed_;
    // A target whose verdict changes for the first time remembers when, from then on and no more.
    const bool no_leak = memory_after_an_hour_ == 0 ||
                         memory <= memory_after_an_hour_ + probes_.size() * kBytesOfChanges;
    if (!all_probed) fmt::print("a target was left unprobed\n");
    if (!no_drift) fmt::print("probes drift\n");
    if (!adds_up) {
      fmt::print("transitions do not add up: {} and {} counted, {} and {} heard\n", transitions,
                 agreed, transitions_heard_, transitions_agreed_);
    }
    if (!no_leak) fmt::print("memory grows\n");
    return all_probed && no_drift && adds_up && no_leak && probes > 0 && transitions > 0;
  }

 private:
  struct Ending {
    TimePoint at;
    health::TargetId id{};
    bool operator>(const Ending& other) const { return at > other.at; }
  };
  struct Probed {
    TimePoint last{};
    bool has_verdict = false;
  };

  /// To the next moment in which something happens.
  void step() {
    const auto due = schedule_.next_due();
    if (!endings_.empty() && (!due || endings_.top().at <= *due)) {
      const Ending ending = endings_.top();
      endings_.pop();
      now_ = std::max(now_, ending.at);
      return finish(ending.id);
    }
    now_ = std::max(now_, *due);
    while (const auto id = schedule_.take_due(now_)) start(*id);
  }

  void start(health::TargetId id) {
    Probed& probed = probes_.at(id);
    if (probed.last != TimePoint{}) longest_gap_ = std::max(longest_gap_, now_ - probed.last);
    probed.last = now_;
    endings_.push({now_ + microseconds(200 + random_.next() % 2000), id});
  }

  void finish(health::TargetId id) {
    schedule_.finished(id, now_);
    // Now and then a target is gone for some time, so that verdicts change, too.
    const std::uint64_t dice = random_.next();
    if (dice % 20'000 == 0) gone_[id] = now_ + seconds(60);
    const auto gone = gone_.find(id);
    if (gone != gone_.end() && gone->second < now_) gone_.erase(gone);
    const bool fails = gone_.contains(id) || dice / 20'000 % 100 == 0;
    const auto outcome = fails ? health::Outcome::Refused : health::Outcome::Success;
    health_.own().record(id, {.outcome = outcome, .text = "", .latency = {}}, now_);
  }

  void on_own(health::TargetId id, health::Change change) {
    if (change == health::Change::Held) ++holds_;
    if (change != health::Change::Verdict) return;
    if (std::exchange(probes_.at(id).has_verdict, true)) ++transitions_heard_;
  }
  void on_agreed(health::TargetId id, health::Change change) {
    if (change != health::Change::Verdict) return;
    if (std::exchange(agreed_[id], true)) ++transitions_agreed_;
  }

  seconds interval_;
  TimePoint now_{hours(1)};
  hours ran_{};
  base::Random random_{42};
  health::Schedule schedule_{{.seed = 42}};
  std::unordered_map<health::TargetId, Probed> probes_;
  std::unordered_map<health::TargetId, bool> agreed_;
  std::unordered_map<health::TargetId, TimePoint> gone_;
  std::priority_queue<Ending, std::vector<Ending>, std::greater<>> endings_;
  base::Clock::duration longest_gap_{};
  std::uint64_t transitions_heard_ = 0;
  std::uint64_t transitions_agreed_ = 0;
  std::uint64_t holds_ = 0;
  std::size_t memory_after_an_hour_ = 0;
  health::Consensus health_{{.listener = [this](auto id, auto change) { on_agreed(id, change); },
                             .own_listener = [this](auto id, auto change) { on_own(id, change); }}};
};

template <class Number>
Number number_in(const char* text) {
  Number number{};
  std::from_chars(text, text + std::strlen(text), number);
  return number;
}

}  // namespace

int main(int argc, char** argv) {
  const int duration = argc > 1 ? number_in<int>(argv[1]) : 0;
  const auto targets = argc > 2 ? number_in<std::size_t>(argv[2]) : std::size_t{0};
  const int interval = argc > 3 ? number_in<int>(argv[3]) : 5;
  if (duration < 1 || targets < 1 || interval < 1) {
    fmt::print(stderr, "usage: health_day HOURS TARGETS [SECONDS]\n");
    return 2;
  }
  Day day(targets, seconds(interval));
  day.run(hours(duration));
  return day.judge() ? 0 : 1;
}
