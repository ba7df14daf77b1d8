#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <deque>
#include <fmt/format.h>
#include <optional>
#include <unistd.h>
#include <utility>

#include "loadstar/health/prober.hpp"

#include "probe_error.hpp"
#include "program.hpp"

namespace loadstar::health {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

/// Bytes of a program's first line that are kept.
constexpr std::size_t kMaxLine = 256;
/// Reads of what a program has left in the pipe at its end.
constexpr int kMaxLastReads = 16;

class ProgramRun;

/// Who runs and who waits for it.
struct Queue {
  std::size_t running = 0;
  std::deque<std::shared_ptr<ProgramRun>> waiting;

  void run_next();
};

std::vector<std::string> environment_of(const Target& target) {
  std::vector<std::string> environment{
      "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
      "LOADSTAR_ADDRESS=" + target.address.address.to_string()};
  if (target.address.port != 0)
    environment.push_back("LOADSTAR_PORT=" + std::to_string(target.address.port));
  return environment;
}

/// The first line as far as it can be shown.
class FirstLine {
 public:
  void take(std::string_view bytes) {
    for (const char byte : bytes) {
      is_whole_ = is_whole_ || byte == '\n' || text_.size() == kMaxLine;
      if (is_whole_) return;
      text_ += byte >= ' ' && byte <= '~' ? byte : '?';
    }
  }
  [[nodiscard]] const std::string& text() const noexcept { return text_; }

 private:
  std::string text_;
  bool is_whole_ = false;
};

Result result_of(const ProgramEnd& end, const std::string& line) {
  const std::string said = line.empty() ? "" : ": " + line;
  if (end.signal != 0)
    return {Outcome::WrongStatus, fmt::format("killed by signal {}{}", end.signal, said)};
  const std::string status = fmt::format("exit status {}{}", end.status, said);
  return {end.status == 0 ? Outcome::Success : Outcome::WrongStatus, status};
}

Result not_started(const std::string& program, const std::error_code& error) {
  if (error.value() == EPERM) {
    return {Outcome::NotProbed,
            "this server may not start programs: it had no \"exec\" monitor when it started"};
  }
  return {Outcome::NotProbed,
          fmt::format("\"{}\" cannot be started on this machine: {}", program, text_of(error))};
}

/// One probe: its wait for a place, its program and what is left of that. Held by a share for the
/// handlers under way, and by the queue.
class ProgramRun : public std::enable_shared_from_this<ProgramRun> {
 public:
  ProgramRun(asio::io_context& io, const Target& target, Prober::Done done,
             std::shared_ptr<Queue> queue)
      : target_(target),
        done_(std::move(done)),
        queue_(std::move(queue)),
        timer_(io),
        end_(io),
        output_(io) {}
  ~ProgramRun() {
    if (end_.is_open()) end_.release();
    if (output_.is_open()) output_.release();
  }
  ProgramRun(const ProgramRun&) = delete;
  ProgramRun& operator=(const ProgramRun&) = delete;

  /// From now on the timeout runs.
  void start_timer() {
    started_ = base::Clock::now();
    timer_.expires_at(started_ + target_.monitor->timeout);
    timer_.async_wait([self = shared_from_this()](const error_code& error) {
      if (!error) self->time_is_over();
    });
  }

  /// False: there is nothing to run any more, or it could not be started.
  [[nodiscard]] bool run() {
    if (done_ == nullptr) return false;
    auto started = Program::start(target_.monitor->command, environment_of(target_));
    if (!started) {
      finish(not_started(target_.monitor->command.front(), started.error()));
      return false;
    }
    program_.emplace(*std::move(started));
    end_.assign(program_->end_descriptor());
    output_.assign(program_->output_descriptor());
    end_.async_wait(asio::posix::stream_descriptor::wait_read,
                    [self = shared_from_this()](const error_code&) { self->ended(); });
    read();
    return true;
  }

 private:
  void read() {
    output_.async_read_some(asio::buffer(buffer_),
                            [self = shared_from_this()](const error_code& error, std::size_t size) {
                              if (error || !self->output_.is_open()) return;
                              self->line_.take({self->buffer_.data(), size});
                              self->read();
                            });
  }

  /// Others may hold the pipe open after its end: what is there counts, and no more is waited for.
  void read_rest() {
    for (int i = 0; i < kMaxLastReads; ++i) {
      const auto size = ::read(program_->output_descriptor(), buffer_.data(), buffer_.size());
      if (size <= 0) return;
      line_.take({buffer_.data(), static_cast<std::size_t>(size)});
    }
  }

  void time_is_over() {
    if (done_ == nullptr) return;
    const std::string time = base::to_string(target_.monitor->timeout);
    if (!program_) {
      return finish({Outcome::NotProbed,
                     fmt::format("{} were over while {} other programs ran", time, kMaxPrograms)});
    }
    program_->kill();
    finish({Outcome::Timeout, fmt::format("killed after {}", time)});
  }

  void ended() {
    read_rest();
    program_->kill();
    const ProgramEnd end = program_->reap();
    end_.release();
    output_.release();
    program_.reset();
    --queue_->running;
    if (done_ != nullptr) finish(result_of(end, line_.text()));
    queue_->run_next();
  }

  void finish(Result result) {
    const auto took = base::Clock::now() - started_;
    result.latency = std::chrono::duration_cast<std::chrono::microseconds>(took);
    timer_.cancel();
    std::exchange(done_, nullptr)(std::move(result));
  }

  Target target_;
  Prober::Done done_;
  std::shared_ptr<Queue> queue_;
  asio::steady_timer timer_;
  base::TimePoint started_{};
  std::optional<Program> program_;
  asio::posix::stream_descriptor end_;  // on descriptors of program_
  asio::posix::stream_descriptor output_;
  FirstLine line_;
  std::array<char, 1024> buffer_{};
};

void Queue::run_next() {
  while (running < kMaxPrograms && !waiting.empty()) {
    const auto next = std::move(waiting.front());
    waiting.pop_front();
    ++running;
    if (!next->run()) --running;
  }
}

class ExecProber : public Prober {
 public:
  explicit ExecProber(asio::io_context& io) : io_(io) {}

  void probe(const Target& target, Done done) override {
    auto run = std::make_shared<ProgramRun>(io_, target, std::move(done), queue_);
    run->start_timer();
    queue_->waiting.push_back(std::move(run));
    asio::post(io_, [queue = queue_] { queue->run_next(); });
  }

 private:
  asio::io_context& io_;
  std::shared_ptr<Queue> queue_ = std::make_shared<Queue>();
};

}  // namespace

std::unique_ptr<Prober> make_exec_prober(asio::io_context& io) {
  return std::make_unique<ExecProber>(io);
}

}  // namespace loadstar::health
