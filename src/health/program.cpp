#include "program.hpp"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

#include "probe_error.hpp"

namespace loadstar::health {
namespace {

constexpr const char* kNothing = "/dev/null";

/// posix_spawn's arguments; the first error sticks.
class SpawnPlan {
 public:
  SpawnPlan() {
    note(::posix_spawn_file_actions_init(&actions_));
    note(::posix_spawnattr_init(&attributes_));
  }
  ~SpawnPlan() {
    ::posix_spawn_file_actions_destroy(&actions_);
    ::posix_spawnattr_destroy(&attributes_);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;

  void isolate() {
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    note(::posix_spawnattr_setsigmask(&attributes_, &none));
    note(::posix_spawnattr_setsigdefault(&attributes_, &all));
    constexpr auto kFlags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSID;
    note(::posix_spawnattr_setflags(&attributes_, static_cast<short>(kFlags)));
    note(::posix_spawn_file_actions_addchdir_np(&actions_, "/"));
  }

  void connect(int output) {
    note(::posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, kNothing, O_RDONLY, 0));
    note(::posix_spawn_file_actions_adddup2(&actions_, output, STDOUT_FILENO));
    note(::posix_spawn_file_actions_addopen(&actions_, STDERR_FILENO, kNothing, O_WRONLY, 0));
    note(::posix_spawn_file_actions_addclosefrom_np(&actions_, STDERR_FILENO + 1));
  }

  [[nodiscard]] std::expected<pid_t, std::error_code> run(std::vector<char*> command,
                                                          std::vector<char*> environment) {
    pid_t id = 0;
    if (error_ == 0) {
      note(::posix_spawn(&id, command.front(), &actions_, &attributes_, command.data(),
                         environment.data()));
    }
    if (error_ == 0) return id;
    return std::unexpected(std::error_code(error_, std::generic_category()));
  }

 private:
  void note(int error) noexcept {
    if (error_ == 0) error_ = error;
  }

  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
  int error_ = 0;
};

/// As C takes them, which does not change them. Valid as long as `texts`.
std::vector<char*> pointers_to(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (const std::string& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

void kill_group(pid_t id) noexcept { ::kill(-id, SIGKILL); }

}  // namespace

std::expected<Program, std::error_code> Program::start(
    const std::vector<std::string>& command, const std::vector<std::string>& environment) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return std::unexpected(last_error());
  Descriptor output(ends[0]);
  const Descriptor input(ends[1]);
  // Only our end does not wait: programs do not expect that of theirs.
  if (::fcntl(output.get(), F_SETFL, O_NONBLOCK) != 0) return std::unexpected(last_error());

  SpawnPlan plan;
  plan.isolate();
  plan.connect(input.get());
  const auto id = plan.run(pointers_to(command), pointers_to(environment));
  if (!id) return std::unexpected(id.error());
  // Without the C library: the header of glibc 2.36 does not declare it for C++.
  Descriptor end(static_cast<int>(::syscall(SYS_pidfd_open, *id, 0)));
  if (end) return Program(*id, std::move(end), std::move(output));
  const std::error_code error = last_error();
  kill_group(*id);
  ::waitpid(*id, nullptr, 0);
  return std::unexpected(error);
}

Program::Program(Program&& other) noexcept
    : id_(std::exchange(other.id_, 0)),
      end_(std::move(other.end_)),
      output_(std::move(other.output_)) {}

Program::~Program() {
  kill();
  if (id_ != 0) ::waitpid(id_, nullptr, WNOHANG);
}

void Program::kill() noexcept {
  if (id_ != 0) kill_group(id_);
}

ProgramEnd Program::reap() noexcept {
  siginfo_t info{};
  const pid_t id = std::exchange(id_, 0);
  if (::waitid(P_PID, static_cast<id_t>(id), &info, WEXITED | WNOHANG) != 0 || info.si_pid == 0)
    return {.signal = SIGKILL};
  if (info.si_code == CLD_EXITED) return {.status = info.si_status};
  return {.signal = info.si_status};
}

}  // namespace loadstar::health
