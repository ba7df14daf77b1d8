#include "loadstar/health/probe_runner.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <unordered_set>
#include <utility>
#include <vector>

namespace loadstar::health {

namespace asio = boost::asio;

// Held by a share, so that a result that comes after the runner's end finds nobody instead of a
// dead object.
class ProbeRunner::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(asio::io_context& io, Board& board, Probers probers, ScheduleOptions options)
      : io_(io), timer_(io), board_(board), probers_(std::move(probers)), schedule_(options) {}

  void set_targets(std::span<const Target> targets);
  void when_first_round_done(std::function<void()> done);
  [[nodiscard]] std::size_t awaited() const noexcept { return first_round_.size(); }

 private:
  void start_due();
  void wait_for_next();
  void start(TargetId id);
  [[nodiscard]] bool wants_recheck(TargetId id, const Result& result);
  void finished(TargetId id, const Result& result);
  void release_waiters();
  [[nodiscard]] bool holds_up_first_answer(const Target& target, TargetId id) const;

  asio::io_context& io_;
  asio::steady_timer timer_;
  Board& board_;
  Probers probers_;
  Schedule schedule_;
  std::unordered_set<TargetId> first_round_;  ///< targets that are still waited for
  std::unordered_set<TargetId> rechecked_;    ///< that are probed a second time now
  std::vector<std::function<void()>> waiters_;
};

void ProbeRunner::Impl::set_targets(std::span<const Target> targets) {
  const std::vector<TargetId> ids = board_.set_targets(targets);
  std::vector<Schedule::Plan> plans;
  first_round_.clear();
  for (std::size_t i = 0; i < ids.size(); ++i) {
    plans.push_back({ids[i], targets[i].monitor->interval});
    if (holds_up_first_answer(targets[i], ids[i])) first_round_.insert(ids[i]);
  }
  schedule_.set_targets(plans, base::Clock::now());
  release_waiters();
  start_due();
}

// Asked of each target as given, not of the board's entry: of equal targets one may say "initial"
// and another not.
bool ProbeRunner::Impl::holds_up_first_answer(const Target& target, TargetId id) const {
  const Status& status = board_.entry(id)->status;
  return target.monitor->initial == model::InitialState::Probe && status.probes == 0 &&
         status.verdict() == Verdict::Unknown;
}

void ProbeRunner::Impl::when_first_round_done(std::function<void()> done) {
  waiters_.push_back(std::move(done));
  release_waiters();
}

void ProbeRunner::Impl::release_waiters() {
  if (!first_round_.empty()) return;
  for (auto& waiter : std::exchange(waiters_, {})) asio::post(io_, std::move(waiter));
}

void ProbeRunner::Impl::start_due() {
  const auto now = base::Clock::now();
  while (const auto id = schedule_.take_due(now)) start(*id);
  wait_for_next();
}

void ProbeRunner::Impl::wait_for_next() {
  const auto due = schedule_.next_due();
  if (!due) {
    timer_.cancel();
    return;
  }
  timer_.expires_at(*due);
  timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
    if (error) return;
    if (const auto self = weak.lock()) self->start_due();
  });
}

void ProbeRunner::Impl::start(TargetId id) {
  const Target& target = board_.entry(id)->target;
  probers_.at(target.monitor->type)
      ->probe(target, [weak = weak_from_this(), id](const Result& result) {
        if (const auto self = weak.lock()) self->finished(id, result);
      });
}

/// Whether a result is the first failure of a target that is up and is to have a second try, which
/// then counts instead.
bool ProbeRunner::Impl::wants_recheck(TargetId id, const Result& result) {
  if (rechecked_.erase(id) != 0) return false;
  const BoardEntry* const entry = board_.entry(id);
  if (entry == nullptr || !entry->target.monitor->recheck) return false;
  const bool is_first = entry->status.rise_fall == select::RiseFallState{Verdict::Up, 0};
  if (!is_first || verdict_input(result.outcome) != select::ProbeResult::Failure) return false;
  rechecked_.insert(id);
  return true;
}

void ProbeRunner::Impl::finished(TargetId id, const Result& result) {
  if (wants_recheck(id, result)) return start(id);
  const auto now = base::Clock::now();
  schedule_.finished(id, now);
  board_.record(id, result, now);
  if (first_round_.erase(id) != 0) release_waiters();
  start_due();
}

ProbeRunner::ProbeRunner(asio::io_context& io, Board& board, Probers probers,
                         ScheduleOptions options)
    : impl_(std::make_shared<Impl>(io, board, std::move(probers), options)) {}

ProbeRunner::~ProbeRunner() = default;

void ProbeRunner::set_targets(std::span<const Target> targets) { impl_->set_targets(targets); }

std::size_t ProbeRunner::awaited() const noexcept { return impl_->awaited(); }

void ProbeRunner::when_first_round_done(std::function<void()> done) {
  impl_->when_first_round_done(std::move(done));
}

}  // namespace loadstar::health
