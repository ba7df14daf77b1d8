#include "loadstar/app/syscall_filter.hpp"

// What is denied is listed, not what is allowed: the C library, OpenSSL and the sanitizers choose
// their own system calls and choose others with each version. BIND gave up a list of what is
// allowed for that reason; dnsdist's unit has a list of what is denied, as here.

#ifdef LOADSTAR_SECCOMP

#include <array>
#include <cerrno>
#include <memory>
#include <sched.h>
#include <seccomp.h>
#include <span>

namespace loadstar::app {
namespace {

using Names = std::span<const char* const>;

/// To start programs, which probes of the kind "exec" do.
constexpr std::array kPrograms{"execve", "execveat"};

/// To look into other processes. LeakSanitizer stops the threads by ptrace when the program ends.
constexpr std::array kProcesses{
#ifndef __SANITIZE_ADDRESS__
    "ptrace",
#endif
    "process_vm_readv", "process_vm_writev", "process_madvise", "pidfd_getfd", "kcmp",
};

/// To be somebody else: that is done when the filter comes.
constexpr std::array kUsers{"setuid",    "setgid",    "setreuid", "setregid", "setresuid",
                            "setresgid", "setgroups", "setfsuid", "setfsgid", "capset"};

/// To live in another tree of files, or in other namespaces.
constexpr std::array kFileSystems{
    "mount",
    "umount",
    "umount2",
    "pivot_root",
    "chroot",
    "setns",
    "unshare",
    "open_tree",
    "move_mount",
    "fsopen",
    "fsconfig",
    "fsmount",
    "fspick",
    "mount_setattr",
    "swapon",
    "swapoff",
    "quotactl",
    "quotactl_fd",
    "acct",
    "mknod",
    "mknodat",
    "fanotify_init",
    "name_to_handle_at",
    "open_by_handle_at",
};

/// To change the machine and its clock.
constexpr std::array kMachine{
    "init_module",   "finit_module",  "delete_module", "kexec_load",   "kexec_file_load",
    "reboot",        "iopl",          "ioperm",        "sethostname",  "setdomainname",
    "clock_settime", "clock_adjtime", "adjtimex",      "settimeofday", "stime",
    "syslog",        "vhangup",
};

/// Parts of the kernel that are large, seldom used, and have had mistakes that made root of
/// anybody.
constexpr std::array kKernel{
    "bpf",
    "perf_event_open",
    "userfaultfd",
    "io_uring_setup",
    "io_uring_enter",
    "io_uring_register",
    "add_key",
    "request_key",
    "keyctl",
    "personality",
    "modify_ldt",
    "lookup_dcookie",
    "nfsservctl",
    "uselib",
    "ustat",
    "sysfs",
    "_sysctl",
};

constexpr std::array<Names, 5> kDenied{kProcesses, kUsers, kFileSystems, kMachine, kKernel};

/// Those of clone(2) make new namespaces, as unshare(2) does.
constexpr std::array<unsigned, 7> kNamespaces{CLONE_NEWNS,  CLONE_NEWCGROUP, CLONE_NEWUTS,
                                              CLONE_NEWIPC, CLONE_NEWUSER,   CLONE_NEWPID,
                                              CLONE_NEWNET};
#ifdef __s390__
constexpr unsigned kCloneFlags = 1;
#else
constexpr unsigned kCloneFlags = 0;  // which argument
#endif

struct Release {
  void operator()(void* filter) const noexcept { ::seccomp_release(filter); }
};

/// Collects rules; the first error sticks.
class Filter {
 public:
  Filter() : filter_(::seccomp_init(SCMP_ACT_ALLOW)), error_(filter_ ? 0 : -ENOMEM) {
    // A call by the numbers of another architecture (int 0x80) would pass by all rules.
    note(::seccomp_attr_set(filter_.get(), SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_ERRNO(EPERM)));
    note(::seccomp_attr_set(filter_.get(), SCMP_FLTATR_CTL_TSYNC, 1));
  }

  void deny_all(const Names& names) {
    for (const char* const name : names) deny(name, EPERM);
  }

  /// Passes over what this architecture or libseccomp does not know.
  void deny(const char* name, int error) {
    const int number = ::seccomp_syscall_resolve_name(name);
    if (number < 0) return;
    note(::seccomp_rule_add(filter_.get(), SCMP_ACT_ERRNO(error), number, 0));
    ++count_;
  }

  void deny_clone_with(unsigned flag) {
    note(::seccomp_rule_add(filter_.get(), SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1,
                            SCMP_CMP(kCloneFlags, SCMP_CMP_MASKED_EQ, flag, flag)));
  }

  [[nodiscard]] std::expected<std::size_t, std::error_code> load() {
    note(error_ != 0 ? error_ : ::seccomp_load(filter_.get()));
    if (error_ == 0) return count_;
    return std::unexpected(std::error_code(-error_, std::generic_category()));
  }

 private:
  void note(int result) noexcept {
    if (error_ == 0) error_ = result;
  }

  std::unique_ptr<void, Release> filter_;
  std::size_t count_ = 0;
  int error_;
};

}  // namespace

std::expected<std::size_t, std::error_code> deny_needless_system_calls(Programs programs) {
  Filter filter;
  for (const Names& names : kDenied) filter.deny_all(names);
  if (programs == Programs::Denied) filter.deny_all(kPrograms);
  for (const unsigned flag : kNamespaces) filter.deny_clone_with(flag);
  // The flags of clone3 are out of a filter's sight. ENOSYS makes the C library take clone.
  filter.deny("clone3", ENOSYS);
  return filter.load();
}

}  // namespace loadstar::app

#else

namespace loadstar::app {

std::expected<std::size_t, std::error_code> deny_needless_system_calls(Programs) {
  return std::unexpected(std::make_error_code(std::errc::function_not_supported));
}

}  // namespace loadstar::app

#endif
