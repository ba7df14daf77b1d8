#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>

#include "loadstar/health/board.hpp"
#include "loadstar/health/prober.hpp"
#include "loadstar/health/schedule.hpp"
#include "loadstar/health/target.hpp"

namespace boost::asio {
class io_context;
}

namespace loadstar::health {

/// Keeps targets probed and the board true. Everything happens on the thread that runs `io`; one
/// timer serves all targets.
class ProbeRunner {
 public:
  /// `io` and `board` must outlive the runner; only this runner may set the board's targets.
  /// `probers` has one of every monitor type that its targets use.
  ProbeRunner(boost::asio::io_context& io, Board& board, Probers probers, ScheduleOptions options);
  /// Probes under way run to their end, and their results are dropped.
  ~ProbeRunner();
  ProbeRunner(const ProbeRunner&) = delete;
  ProbeRunner& operator=(const ProbeRunner&) = delete;

  /// Says what is probed from now on, at start and at each reload; repeats are welcome. Targets
  /// that stay keep their history and their turn; new ones are probed at once.
  void set_targets(std::span<const Target> targets);

  /// How many targets the first answer still waits for.
  [[nodiscard]] std::size_t awaited() const noexcept;

  /// Calls `done` once, from the event loop, when every target whose monitor asks for a probe
  /// before the first answer (`initial`) has a verdict or at least a finished probe. Takes (targets
  /// / max_in_flight, rounded up) x timeout at most.
  void when_first_round_done(std::function<void()> done);

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace loadstar::health
