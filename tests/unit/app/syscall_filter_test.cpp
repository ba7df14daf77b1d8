// The filter is for good, so it is put up in a child process.
#include "loadstar/app/syscall_filter.hpp"

#include <cerrno>
#include <latch>
#include <ostream>
#include <sched.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include "catch.hpp"

using namespace loadstar;

namespace {

/// Arguments with which the call does nothing where it is allowed, or fails with something else.
struct Denied {
  const char* name;
  long number;
  long first;
  int error = EPERM;

  [[nodiscard]] bool holds() const noexcept {
    errno = 0;
    return ::syscall(number, first, 0L, 0L, 0L, 0L, 0L) == -1 && errno == error;
  }

  friend std::ostream& operator<<(std::ostream& out, const Denied& one) { return out << one.name; }
};

constexpr int kHolds = 42;
constexpr int kNoFilter = 77;

/// Runs `check` in a child with the filter, and beside it in a thread that was there before.
template <class Check>
int exit_code_with_filter(Check check, app::Programs programs = app::Programs::Denied) {
  const pid_t child = ::fork();
  if (child == 0) {
    std::latch filtered(1);
    bool older_holds = false;
    std::thread older([&] {
      filtered.wait();
      older_holds = check();
    });
    const bool is_filtered = app::deny_needless_system_calls(programs).has_value();
    filtered.count_down();
    older.join();
    if (!is_filtered) ::_exit(kNoFilter);
    ::_exit(older_holds && check() ? kHolds : 1);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  return WEXITSTATUS(status);
}

#ifdef LOADSTAR_SECCOMP
constexpr int kExpected = kHolds;
#else
constexpr int kExpected = kNoFilter;
#endif

}  // namespace

TEST_CASE("what a DNS server never does is denied in every thread", "[app][seccomp]") {
  const auto denied = GENERATE(values<Denied>({
      {"execve", SYS_execve, 0},
      {"execveat", SYS_execveat, -1},
      {"process_vm_readv", SYS_process_vm_readv, 0},
      {"unshare", SYS_unshare, 0},
      {"setns", SYS_setns, -1},
      {"personality", SYS_personality, 0xffff'ffff},
      {"io_uring_setup", SYS_io_uring_setup, 0},
      {"setuid", SYS_setresuid, -1},
      {"clone into a namespace", SYS_clone, CLONE_NEWUSER | CLONE_FS},
      {"clone3", SYS_clone3, 0, ENOSYS},
  }));
  CAPTURE(denied);
  CHECK_FALSE(denied.holds());  // or the test shows nothing
  CHECK(exit_code_with_filter([&] { return denied.holds(); }) == kExpected);
}

TEST_CASE("programs can be started where probes need them", "[app][seccomp]") {
  const auto runs = [] {
    const pid_t child = ::fork();
    if (child == 0) {
      ::execl("/bin/true", "true", nullptr);
      ::_exit(1);
    }
    int status = 1;
    return ::waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
  };
  CHECK(exit_code_with_filter(runs, app::Programs::Allowed) == kExpected);
}

TEST_CASE("what it does is not denied", "[app][seccomp]") {
  const auto works = [] {
    bool has_run = false;
    std::thread([&] { has_run = true; }).join();
    const pid_t child = ::fork();  // LeakSanitizer needs processes
    if (child == 0) ::_exit(0);
    return has_run && ::waitpid(child, nullptr, 0) == child;
  };
  CHECK(exit_code_with_filter(works) == kExpected);
}
