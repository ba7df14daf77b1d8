#include "daemon.hpp"

#include "loadstar/base/log.hpp"

#include "privileges.hpp"

namespace loadstar::app {
namespace {

/// Without a filter the process is as safe as most: that is told, and no reason not to go on.
void deny_system_calls(Programs programs) {
  const auto denied = deny_needless_system_calls(programs);
  if (denied)
    base::log_info("{} system calls are denied (seccomp)", *denied);
  else
    base::log_warning("no system calls are denied (seccomp): {}", denied.error().message());
}

}  // namespace

void become_harmless(const std::string& wanted, bool seccomp, Programs programs) {
  const std::string user = drop_privileges(wanted);
  if (!user.empty()) base::log_info("running as user {}", user);
  if (seccomp) deny_system_calls(programs);
}

}  // namespace loadstar::app
